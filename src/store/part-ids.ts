import { idPrefixes } from '../domain/ids.ts';
import { digest, type StoreDeps } from './deps.ts';
import { readOrder, type StoredOrder } from './orders.ts';

/**
 * The ids of an order's worksheets and shipments: all of the order's time and half of its randomness, and then what tells its
 * parts apart. Nothing has to be stored for an order to be found by them, and they sort as their orders do.
 */
type PartKind = 'worksheet' | 'shipment';
const charsOfOrder = 19;
const charsOfPart = 7;

/** `name`: what the part is called in its order; equal for equal parts. */
export function partIdOf(kind: PartKind, orderId: string, name: string): string {
  const hex = Buffer.from(digest(name), 'base64url').toString('hex');
  return `${idPrefixes[kind]}_${sharedOf(orderId)}${hex.slice(0, charsOfPart)}`;
}

const sharedOf = (id: string): string => id.slice(id.indexOf('_') + 1).slice(0, charsOfOrder);

/** Sorts behind every id of its order, and before those of all newer orders. */
export const lastOfOrder = (orderId: string): string => `ord_${sharedOf(orderId)}~`;
/** A place in a list of shipments: behind this order's. */
export const firstPartOf = (kind: PartKind, orderId: string): string =>
  `${idPrefixes[kind]}_${sharedOf(orderId)}${'0'.repeat(charsOfPart)}`;

/** The orders of a merchant that a part with this id may be of: one, as far as chance allows. */
export async function findOrdersOfPart(deps: StoreDeps, merchantId: string, partId: string): Promise<StoredOrder[]> {
  const ids = await listOrderIds(deps, merchantId, `ord_${sharedOf(partId)}`);
  const found = await Promise.all(ids.map((id) => readOrder(deps, id)));
  return found.filter((stored) => stored !== null);
}

/** More than one order of one merchant will not begin alike. */
const candidatesMax = 5;

/** Ids of a merchant's orders that begin like this. */
export const listOrderIds = ({ redis, keys }: StoreDeps, merchantId: string, prefix: string): Promise<string[]> =>
  redis.zrange(keys.orders(merchantId), `[${prefix}`, `[${prefix}~`, 'BYLEX', 'LIMIT', 0, candidatesMax);
