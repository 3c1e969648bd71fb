import type { World } from './world.ts';

/** Where an order got to, for whoever has to find out why. */
export async function describeOrder({ packline }: World, externalId: string): Promise<string> {
  const found = await packline.call('GET', `/v1/orders?externalId=${externalId}`);
  const [order] = found.body['data'] as { id: string; status: string }[];
  if (order === undefined) return `${externalId} (unknown to Packline)`;
  const timeline = await packline.call('GET', `/v1/orders/${order.id}/timeline`);
  const last = (timeline.body['data'] as { at: string; what: string }[]).map(({ at, what }) => `${at} ${what}`);
  return `${externalId} (${order.id} is ${order.status}; ${last.join(', ')})`;
}
