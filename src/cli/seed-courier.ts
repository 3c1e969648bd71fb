import { randomBytes } from 'node:crypto';
import { callPatiently } from './call-patiently.ts';
import { demoCourier } from './demo-courier.ts';
import type { DemoCredentials } from './seed-demo.ts';

type CourierDemo = Pick<DemoCredentials, 'baseUrl' | 'sandboxUrl' | 'merchantKey'>;

interface ConnectionView {
  id: string;
  name: string;
  connector: string;
  webhookUrl: string;
}

/** The carrier `demo`: the connection's name is the carrier's. */
const name = 'demo';
const connector = 'generic-carrier';

/**
 * The sandbox's local courier: a parcel that an order names with the carrier `demo` goes its way by itself. The sandbox
 * remembers nothing, so it is told on every start whom to tell.
 */
export async function connectCourier({ baseUrl, sandboxUrl, merchantKey: key }: CourierDemo): Promise<void> {
  const { data } = await callPatiently<{ data: ConnectionView[] }>(`${baseUrl}/v1/connections`, { key });
  const secret = randomBytes(24).toString('base64url');
  const settings = demoCourier(sandboxUrl, secret);
  const earlier = data.find((connection) => connection.connector === connector && connection.name === name);
  const [method, path, body] =
    earlier === undefined ? ['POST', '', { connector, name, settings }] : ['PATCH', `/${earlier.id}`, { settings }];
  const { webhookUrl: url } = await callPatiently<ConnectionView>(`${baseUrl}/v1/connections${path}`, {
    method,
    key,
    body,
  });
  const subscription = { carrier: 'demo', url, secret };
  await callPatiently(`${sandboxUrl}/_sandbox/carriers/subscriptions`, { method: 'POST', body: subscription });
}
