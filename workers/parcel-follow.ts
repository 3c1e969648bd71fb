import { chooseCarrierConnection } from '../src/connectors/carriers/choose-connection.ts';
import { toCarrierSlug, toTrackingNumber, withoutPerson, type FollowedParcel } from '../src/domain/parcel.ts';
import { followParcel } from '../src/domain/parcel-step.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { hearParcels } from '../src/queues/hear-parcels.ts';
import { parcelAsk } from '../src/queues/parcel-ask.ts';
import { parcelFollow } from '../src/queues/parcel-follow.ts';
import { defineWorker } from '../src/queues/run-worker.ts';
import { listConnections } from '../src/store/connections.ts';
import { requireOrder } from '../src/store/orders.ts';
import { isErased } from '../src/store/persons.ts';
import { dueMember } from '../src/store/parcels.ts';

/** If the first call is lost, somebody asks after this. */
const unansweredMs = 60 * 60_000;

export default defineWorker<WorkerDeps, { orderId: string }>(parcelFollow, async ({ orderId }, context) => {
  const { store, deps, signal, finish, entryId, log } = context;
  const stored = await requireOrder(store, orderId);
  const { order } = stored;
  const { carrier: carrierName, trackingNumber } = order.tracking ?? {};
  const carrier = toCarrierSlug(carrierName ?? '');
  const number = toTrackingNumber(trackingNumber ?? '');
  if (carrierName === undefined || carrier === '' || number === null) {
    log.info({ orderId }, 'parcel.notFollowed');
    return;
  }
  const { merchantId } = order;
  const nowMs = store.clock.now();
  const connectionId = chooseCarrierConnection(await listConnections(store, merchantId), carrier);
  const asked =
    connectionId === undefined
      ? null
      : await deps.openCarrier(store, merchantId, connectionId, signal, { evenPaused: true });
  const isPushOnly = asked !== null && asked.connection.track === undefined;
  const name = { merchantId, carrier, number };
  const facts = { name, carrierName, connectionId, isPushOnly, at: toInstant(nowMs) };
  const nextAt = toInstant(nowMs + unansweredMs);
  const step = (known: FollowedParcel | null) => {
    const followed = followParcel(known, facts, orderId, nextAt);
    return isErased(stored) ? { ...followed, ...withoutPerson(followed) } : followed;
  };
  await hearParcels(store, [{ name, step }]);
  if (asked === null || connectionId === undefined || isPushOnly) return;
  const members = [dueMember(name)];
  const first = makeEntry(
    parcelAsk,
    { merchantId, connectionId, members, urgent: true },
    { lane: asked.laneOf(), cause: entryId },
  );
  await finish({ entries: [first] });
});
