import type { Order } from '../domain/order.ts';
import { partnerIdsOf } from '../domain/partner-ids.ts';
import type { StoreDeps } from './deps.ts';

/** Behind it stands the order's id; no partner's id holds it. */
const separator = '\n';
const memberOf = (partnerId: string, orderId: string): string => `${partnerId}${separator}${orderId}`;

/** The part of an order's commit by which it is found under what partners call it. */
export function partnerIdWrites({ keys }: StoreDeps, before: Order, after: Order): string[][] {
  const known = partnerIdsOf(before);
  const news = [...partnerIdsOf(after)].filter((id) => !known.has(id));
  const members = news.flatMap((id) => ['0', memberOf(id, after.id)]);
  return members.length === 0 ? [] : [['ZADD', keys.partnerIds(after.merchantId), ...members]];
}

/** An order that is deleted is not found any more. */
export async function forgetPartnerIds({ redis, keys }: StoreDeps, order: Order): Promise<void> {
  const members = [...partnerIdsOf(order)].map((id) => memberOf(id, order.id));
  if (members.length > 0) await redis.zrem(keys.partnerIds(order.merchantId), ...members);
}

/** The part of an order's commit by which it is no more found under what is no more known of it. */
export function lostIdWrites({ keys }: StoreDeps, before: Order, after: Order): string[][] {
  const left = partnerIdsOf(after);
  const members = [...partnerIdsOf(before)].filter((id) => !left.has(id)).map((id) => memberOf(id, after.id));
  return members.length === 0 ? [] : [['ZREM', keys.partnerIds(after.merchantId), ...members]];
}

/** Ids of orders that a partner knows under an id which begins like this, at most `limit`. */
export async function findByPartnerId(
  { redis, keys }: StoreDeps,
  merchantId: string,
  { text, limit }: { text: string; limit: number },
): Promise<string[]> {
  const from = Buffer.from(text.toLowerCase());
  const to = Buffer.concat([from, Buffer.from([0xff])]);
  const range = [Buffer.concat([Buffer.from('['), from]), Buffer.concat([Buffer.from('['), to])] as const;
  const members = await redis.zrange(keys.partnerIds(merchantId), ...range, 'BYLEX', 'LIMIT', 0, limit);
  return [...new Set(members.map((member) => member.slice(member.lastIndexOf(separator) + 1)))];
}
