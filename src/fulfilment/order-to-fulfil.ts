import type { OrderToFulfil } from '../connectors/fulfilment/port.ts';
import { Failure } from '../domain/failure.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { StoredOrder } from '../store/orders.ts';
import { openPerson } from '../store/persons.ts';

/** The order with its person opened, as connectors are given it. An erased person cannot be delivered to. */
export function toOrderToFulfil(store: StoreDeps, stored: StoredOrder, which: 'current' | 'pending'): OrderToFulfil {
  const { order } = stored;
  const person = openPerson(store, stored, which);
  if (person === null) throw new Failure('rejected', 'order.person_erased', "this order's person has been erased");
  return {
    id: order.id,
    source: order.source,
    externalId: order.externalId,
    externalRef: order.fulfilment?.externalRef ?? order.externalId,
    currency: order.currency,
    storeLocationId: order.storeLocationId,
    fulfilmentMethod: order.fulfilmentMethod,
    channel: order.channel,
    content: which === 'pending' ? (order.pending?.content ?? order.content) : order.content,
    person,
  };
}
