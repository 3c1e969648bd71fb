/** The key of the carriers that have keys. */
export const demoKey = 'demo_key';

export const basicOf = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
