import { findByExternalId } from './accept-order.ts';
import { listConnections } from './connections.ts';
import type { StoreDeps } from './deps.ts';
import { readOrder, type StoredOrder } from './orders.ts';

/** The orders that have this external id: one of each source at the most. */
export async function findEverywhere(store: StoreDeps, merchantId: string, externalId: string): Promise<StoredOrder[]> {
  const connections = await listConnections(store, merchantId);
  const sources = ['generic', ...connections.filter(({ kind }) => kind === 'oms').map(({ id }) => id)];
  const ids = await Promise.all(sources.map((source) => findByExternalId(store, merchantId, source, externalId)));
  const found = await Promise.all(ids.filter((id) => id !== null).map((id) => readOrder(store, id)));
  return found.filter((stored) => stored !== null);
}
