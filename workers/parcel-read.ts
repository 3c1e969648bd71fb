import { carrierNameOf } from '../src/connectors/carriers/choose-connection.ts';
import type { ParcelReport } from '../src/connectors/carriers/port.ts';
import { toCarrierSlug, toTrackingNumber, type FollowedParcel } from '../src/domain/parcel.ts';
import { hearPushed } from '../src/domain/parcel-step.ts';
import type { OpenCarrier, WorkerDeps } from '../src/fulfilment/deps.ts';
import { hearParcels } from '../src/queues/hear-parcels.ts';
import { parcelRead } from '../src/queues/parcel-read.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { droppedWrites, keptWithWrites, readMessage } from '../src/store/inbox.ts';
import { readOrder } from '../src/store/orders.ts';
import { readParcelsOfNumber } from '../src/store/parcels.ts';

type Context = JobContext<WorkerDeps>;

/** Merging twice is merging once: what was heard before a crash changes nothing when it is read again. */
export default defineWorker<WorkerDeps, { merchantId: string; connectionId: string; inboxId: string }>(
  parcelRead,
  async ({ merchantId, connectionId, inboxId }, context) => {
    const { store, deps, signal, finish } = context;
    const message = await readMessage(store, inboxId);
    if (message === null) return;
    // A paused connection is not called, but what it says is heard.
    const carrier = await deps.openCarrier(store, merchantId, connectionId, signal, { evenPaused: true });
    const reports = carrier.connector.webhook?.read(message.body, message.receivedAt, carrier.settings) ?? [];
    const orderIds = new Set<string>();
    for (const report of reports) {
      const heard = await hear(report, carrier, message.receivedAt, context);
      for (const orderId of heard?.parcel.orderIds ?? []) orderIds.add(orderId);
    }
    // Its bytes may name people: they go with the person of each order that it is about.
    const orders = (await Promise.all([...orderIds].map((id) => readOrder(store, id)))).filter((one) => one !== null);
    const writes = orders.flatMap((stored) => keptWithWrites(store, stored, inboxId));
    await finish({ writes: orders.length === 0 ? droppedWrites(store, merchantId, inboxId) : writes });
  },
);

async function hear(
  { number: said, carrier, events, complete, expectedOn }: ParcelReport,
  { record, connector, connection }: OpenCarrier,
  receivedAt: string,
  { store, deps, log }: Context,
): Promise<FollowedParcel | null> {
  const { id: connectionId, merchantId } = record;
  const number = toTrackingNumber(said);
  if (number === null) {
    log.warn({ connectionId }, 'hook.numberUnusable');
    return null;
  }
  const carrierName = carrier ?? carrierNameOf(record);
  const slug = toCarrierSlug(carrierName);
  // An aggregator may call the carrier by another word than the order did.
  const known = await readParcelsOfNumber(store, merchantId, number);
  const parcel = known.find((one) => one.carrier === slug) ?? known.find((one) => one.connectionId === connectionId);
  const name = { merchantId, carrier: parcel?.carrier ?? (slug === '' ? connector.id : slug), number };
  const whom = parcel?.connectionId ?? connectionId;
  const isPushOnly = whom === connectionId ? connection.track === undefined : parcel?.isPushOnly;
  const facts = { name, carrierName, connectionId: whom, isPushOnly, at: receivedAt };
  const news = { events, complete, expectedOn, receivedAt };
  const [outcome] = await hearParcels(store, [{ name, step: (before) => hearPushed(before, facts, news) }]);
  const unknown = outcome?.news.filter(({ unmapped }) => unmapped !== undefined).length ?? 0;
  if (unknown > 0) deps.countUnmapped(connector.id, unknown);
  return outcome?.now ?? null;
}
