import type { Order } from '../domain/order.ts';
import { rulesIn, type SettlementRules } from '../domain/settlement-rules.ts';
import { openConnection, readConnection } from './connections.ts';
import type { StoreDeps } from './deps.ts';

/** The rules of the connection that fulfils this order; the defaults for none, or for one that was deleted. */
export async function readSettlementRules(
  store: StoreDeps,
  { merchantId, fulfilment }: Pick<Order, 'merchantId' | 'fulfilment'>,
): Promise<SettlementRules> {
  const connection = fulfilment === undefined ? null : await readConnection(store, merchantId, fulfilment.connectionId);
  return rulesIn(connection === null ? undefined : openConnection(store, connection).settings);
}
