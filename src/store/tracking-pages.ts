import { timingSafeEqual } from 'node:crypto';
import type { StoreDeps } from './deps.ts';
import { readOrder, type StoredOrder } from './orders.ts';
import { orderKey } from './persons.ts';

/** 128 bits. */
const secretBytes = 16;
const tokenPattern = /^(\d{1,4})\.([0-9a-z]{26})\.([\w-]{22})$/;

/**
 * What opens an order's tracking page: where the order lies, and a secret. That one follows from the order's own random data key
 * and from nothing else: nobody can make it of the id, nothing of it lies in Redis, and it is gone with the person. Null then.
 */
export function trackingTokenOf(deps: StoreDeps, stored: StoredOrder): string | null {
  const secret = secretOf(deps, stored);
  if (secret === null) return null;
  const [, tail = ''] = stored.order.id.split('_');
  return `${deps.keys.shard}.${tail}.${secret.toString('base64url')}`;
}

/** The order whose page this token opens, and its shard's store. One look at Redis; none for what is no token. */
export async function findTracked(
  stores: readonly StoreDeps[],
  token: string,
): Promise<{ store: StoreDeps; stored: StoredOrder } | null> {
  const [, shard = '', tail = '', given = ''] = tokenPattern.exec(token) ?? [];
  const store = stores.find(({ keys }) => String(keys.shard) === shard);
  const stored = store === undefined ? null : await readOrder(store, `ord_${tail}`);
  if (store === undefined || stored === null) return null;
  const secret = secretOf(store, stored);
  return secret !== null && timingSafeEqual(secret, Buffer.from(given, 'base64url')) ? { store, stored } : null;
}

/** An address that was made void has another secret. */
function secretOf(deps: StoreDeps, stored: StoredOrder): Buffer | null {
  const key = orderKey(deps, stored);
  return key?.derive(`tracking page ${stored.order.pageTurn ?? 0}`).subarray(0, secretBytes) ?? null;
}
