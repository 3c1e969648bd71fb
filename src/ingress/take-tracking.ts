import { vocabularies } from '../connectors/registry.ts';
import { isNewsToFulfilment } from '../domain/order-delivery.ts';
import type { OrderTracking } from '../domain/order-tracking.ts';
import type { TrackingEvent } from '../domain/order.ts';
import { reportDelivery, withTrackingEvents } from '../domain/report-delivery.ts';
import { deliveryWorkNow } from '../queues/fulfilment-update.ts';
import { omsWorkNow } from '../queues/oms-update.ts';
import { followWork } from '../queues/parcel-follow.ts';
import { toInstant } from '../platform/clock.ts';
import type { OrderChange } from '../store/change-order.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { StoredOrder } from '../store/orders.ts';
import { openPerson, resealPerson } from '../store/persons.ts';

export interface ToldTracking extends Pick<OrderTracking, 'carrier' | 'trackingNumber' | 'trackingUrl'> {
  events: readonly TrackingEvent[];
  /** The order is delivered; `at` is null where nobody said when. */
  delivered: { at: string | null } | null;
  /** Through which interface. */
  by: string;
}

/**
 * What the merchant tells of a parcel, as the order's next state: how it is followed, what happened on its way (sealed with the
 * person), its delivery as evidence, and that the OMS has to hear of it. Null where nothing of it is new.
 */
export function takeTracking(
  store: StoreDeps,
  stored: StoredOrder,
  { events, delivered, by, ...how }: ToldTracking,
): OrderChange {
  const { order } = stored;
  const at = toInstant(store.clock.now());
  const changed =
    delivered === null ? { order, happenings: [] } : reportDelivery(order, delivered.at, vocabularies, at);
  const person = openPerson(store, stored, 'current');
  const known = person?.trackingEvents ?? [];
  const trackingEvents = withTrackingEvents(known, events);
  const hasMoved = person !== null && trackingEvents !== known;
  const { version = 0, toldVersion = 0, ...before } = order.tracking ?? {};
  const viaFulfilment = isNewsToFulfilment(order, changed.order) ? true : order.tracking?.viaFulfilment;
  const given = Object.fromEntries(Object.entries(how).filter(([, value]) => value !== undefined));
  const after = { ...before, ...given };
  const isFollowedOtherwise = JSON.stringify(after) !== JSON.stringify(before);
  if (changed.order === order && !hasMoved && !isFollowedOtherwise) return null;
  const next = { ...changed.order, tracking: { ...after, viaFulfilment, version: version + 1, toldVersion } };
  return {
    ...changed,
    order: next,
    ...(hasMoved ? { person: resealPerson(store, stored, { ...person, trackingEvents }) } : {}),
    timeline: [
      {
        at,
        what: delivered === null ? 'order.trackingReported' : 'order.deliveryReported',
        detail: { events: events.length, deliveredAt: delivered?.at ?? null, by },
      },
    ],
    entries: [...omsWorkNow(order), ...deliveryWorkNow(next), ...followWork(order, next)],
  };
}
