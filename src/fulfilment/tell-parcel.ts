import { isNewsToFulfilment } from '../domain/order-delivery.ts';
import { learnParcel, toTrackingEvents } from '../domain/order-parcels.ts';
import type { FollowedParcel } from '../domain/parcel.ts';
import { withTrackingEvents } from '../domain/report-delivery.ts';
import { toInstant } from '../platform/clock.ts';
import { deliveryWork } from '../queues/delivery-attempt.ts';
import { deliveryWorkNow } from '../queues/fulfilment-update.ts';
import { omsWorkNow } from '../queues/oms-update.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { changeOrder } from '../store/change-order.ts';
import { openPerson, resealPerson } from '../store/persons.ts';
import type { WorkerDeps } from './deps.ts';
import { fleetWork } from './fleet-work.ts';

/**
 * Tells an order how one of its parcels stands: its history goes to the person's, its status to the order's evidence, and both
 * to the OMS and to whoever has to be told of deliveries. Told again, it changes nothing.
 */
export async function tellOrder(
  { store, commit, deps }: JobContext<WorkerDeps>,
  orderId: string,
  { parcel, history }: FollowedParcel,
): Promise<void> {
  await changeOrder(store, orderId, { commit, work: deliveryWork, merchantId: parcel.merchantId }, (stored) => {
    const { order } = stored;
    const at = toInstant(store.clock.now());
    const learnt = learnParcel(order, parcel, deps.vocabularies, at);
    if (learnt === null) return null;
    const person = openPerson(store, stored, 'current');
    const known = person?.trackingEvents ?? [];
    const trackingEvents = withTrackingEvents(known, toTrackingEvents(history, known));
    const hasMoved = person !== null && trackingEvents !== known;
    const { tracking } = learnt.order;
    const viaFulfilment = isNewsToFulfilment(order, learnt.order) ? true : tracking.viaFulfilment;
    const next = { ...learnt.order, tracking: { ...tracking, viaFulfilment, version: tracking.version + 1 } };
    const fleet = fleetWork(deps, store, next);
    return {
      ...learnt,
      order: next,
      writes: fleet.writes,
      ...(hasMoved ? { person: resealPerson(store, stored, { ...person, trackingEvents }) } : {}),
      entries: [...omsWorkNow(order), ...deliveryWorkNow(next), ...fleet.entries],
    };
  });
}
