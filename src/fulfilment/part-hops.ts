import type { Vocabularies } from '../domain/order-change.ts';
import { partsOf } from '../domain/order-parts.ts';
import type { Order } from '../domain/order.ts';
import type { TimelineLine } from '../store/orders.ts';
import { partIdOf } from '../store/part-ids.ts';

/** A line for each worksheet and shipment that this change of an order brought, or whose status it changed. */
export function partHops(before: Order, after: Order, vocabularies: Vocabularies, at: string): TimelineLine[] {
  const known = new Map(partsOf(before, vocabularies).map(({ kind, name, status }) => [`${kind} ${name}`, status]));
  return partsOf(after, vocabularies).flatMap(({ kind, name, externalId, status }): TimelineLine[] => {
    const oldStatus = known.get(`${kind} ${name}`);
    if (oldStatus === status) return [];
    const part = { [`${kind}Id`]: partIdOf(kind, after.id, name), externalId };
    return oldStatus === undefined
      ? [{ at, what: `${kind}.appeared`, detail: { ...part, status } }]
      : [{ at, what: `${kind}.statusChanged`, detail: { ...part, oldStatus, newStatus: status } }];
  });
}
