import type { Order } from '../domain/order.ts';
import type { OrderStatus } from '../domain/order-status.ts';
import type { StoreDeps } from './deps.ts';
import type { Keys } from './keys.ts';

type Listed = Pick<Order, 'id' | 'merchantId' | 'status' | 'storeLocationId'>;

/** By what a list of orders may be narrowed. */
export interface OrdersWanted {
  status?: OrderStatus | undefined;
  storeLocationId?: string | undefined;
}

/** Where nearly all orders end: a list of them would be the list of all once more. */
const hasList = (status: OrderStatus): boolean => status !== 'DELIVERED';

/** The lists in which an order stands, beside that of all of its merchant. */
export const listsOf = (keys: Keys, { merchantId, status, storeLocationId }: Omit<Listed, 'id'>): string[] => [
  keys.ordersOf(merchantId, storeLocationId),
  ...(hasList(status) ? [keys.ordersAt(merchantId, status)] : []),
];

/** The part of an order's commit by which it stands in the lists of what it is now. */
export function listWrites({ keys }: StoreDeps, before: Listed, after: Listed): string[][] {
  const [left, entered] = [listsOf(keys, before), listsOf(keys, after)];
  return [
    ...left.filter((list) => !entered.includes(list)).map((list) => ['ZREM', list, after.id]),
    ...entered.filter((list) => !left.includes(list)).map((list) => ['ZADD', list, '0', after.id]),
  ];
}

/** An order that is deleted stands in no list any more. */
export async function forgetListed({ redis, keys }: StoreDeps, order: Listed): Promise<void> {
  for (const list of [keys.orders(order.merchantId), ...listsOf(keys, order)]) await redis.zrem(list, order.id);
}

/** The shortest list that has all that is wanted. */
export async function listFor(
  { redis, keys }: Pick<StoreDeps, 'redis' | 'keys'>,
  merchantId: string,
  { status, storeLocationId }: OrdersWanted,
): Promise<string> {
  const ofStore = storeLocationId === undefined ? undefined : keys.ordersOf(merchantId, storeLocationId);
  const ofStatus = status !== undefined && hasList(status) ? keys.ordersAt(merchantId, status) : undefined;
  if (ofStore === undefined || ofStatus === undefined) return ofStore ?? ofStatus ?? keys.orders(merchantId);
  const [inStore, inStatus] = await Promise.all([redis.zcard(ofStore), redis.zcard(ofStatus)]);
  return inStore < inStatus ? ofStore : ofStatus;
}

export const isWanted = (order: Listed, { status, storeLocationId }: OrdersWanted): boolean =>
  (status === undefined || order.status === status) &&
  (storeLocationId === undefined || order.storeLocationId === storeLocationId);
