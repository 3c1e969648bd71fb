import type { StoreDeps } from '../store/deps.ts';
import type { StoredOrder } from '../store/orders.ts';
import { findOrdersOfPart, partIdOf } from '../store/part-ids.ts';
import { partsOf, soleWorksheet, type OrderPart } from '../domain/order-parts.ts';
import type { Order } from '../domain/order.ts';
import { shownStatuses } from '../domain/shown-status.ts';
import { vocabularies } from '../connectors/registry.ts';

export type ShownPart = Omit<OrderPart, 'externalId'> & { id: string; externalId: string | null };

/** The worksheets and shipments of an order, the one included that is only made up of it. */
export function shownParts(order: Order): ShownPart[] {
  const parts = partsOf(order, vocabularies).map((part): ShownPart => ({ ...part, id: idOf(order, part) }));
  return order.documents === undefined ? [soleOf(order), ...parts] : parts;
}

const sole = { kind: 'worksheet', name: soleWorksheet, externalId: null, serviceId: null } as const;
const soleOf = (order: Order): ShownPart => ({
  ...sole,
  id: idOf(order, sole),
  status: shownStatuses[order.status].work,
});

const idOf = (order: Order, { kind, name }: Pick<OrderPart, 'kind' | 'name'>): string => partIdOf(kind, order.id, name);

/** The merchant's order whose worksheet or shipment has this id. */
export async function findPart(
  store: StoreDeps,
  merchantId: string,
  partId: string,
): Promise<{ stored: StoredOrder; part: ShownPart } | null> {
  for (const stored of await findOrdersOfPart(store, merchantId, partId)) {
    const part = [...shownParts(stored.order), soleOf(stored.order)].find(({ id }) => id === partId);
    if (part !== undefined) return { stored, part };
  }
  return null;
}
