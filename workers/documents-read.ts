import type { FulfilmentConnection } from '../src/connectors/fulfilment/port.ts';
import { Failure } from '../src/domain/failure.ts';
import { refsOf, type FulfilmentDocuments } from '../src/domain/fulfilment-documents.ts';
import type { Order } from '../src/domain/order.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { partHops } from '../src/fulfilment/part-hops.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { documentsRead } from '../src/queues/documents-read.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import { successWrites } from '../src/store/connections.ts';
import { documentWrites, readDocumentsAt, triedWrites } from '../src/store/documents.ts';
import { freeLane } from '../src/store/entries.ts';
import { keepTold, metFacilityWrite, readFacility, toldFacilityId } from '../src/store/facilities.ts';
import { orderGuard, readOrder, type StoredOrder } from '../src/store/orders.ts';
import { isErased } from '../src/store/persons.ts';

type Context = JobContext<WorkerDeps>;
type Payload = { orderId: string; status?: Order['status'] | undefined } | { merchantId: string; facilityId: string };

export default defineWorker<WorkerDeps, Payload>(documentsRead, (payload, context) =>
  'orderId' in payload ? readOfOrder(payload, context) : readPlace(payload, context),
);

/** The answer, `null` for none that can be had now, or `moved`: the work waits in its lane and runs again. */
type Asked<T> = { told: T | null } | 'moved';

async function ask<T>(
  context: Context,
  { merchantId, connectionId }: { merchantId: string; connectionId: string },
  read: (connection: FulfilmentConnection) => Promise<T | null> | undefined,
): Promise<Asked<T>> {
  const { store, deps, signal } = context;
  try {
    const { laneOf } = await deps.openFulfilment(store, merchantId, connectionId, signal);
    if (!(await waitInLane(context, laneOf()))) return 'moved';
    return await withinDeadline(signal, async (within) => {
      const { connection } = await deps.openFulfilment(store, merchantId, connectionId, within, {
        class: context.class,
      });
      return { told: (await read(connection)) ?? null };
    });
  } catch (error) {
    if (!isAnswer(error)) throw error;
    context.log.info({ code: error.code, connectionId }, 'documents.notRead');
    return { told: null };
  }
}

/** Nobody waits for this: it is asked for again when somebody looks. Only our own end, and a stated delay, are sat out. */
const isAnswer = (error: unknown): error is Failure =>
  error instanceof Failure &&
  error.kind !== 'aborted' &&
  (error.kind !== 'throttled' || error.code === 'connection.paused');

async function readOfOrder(
  { orderId, status }: Extract<Payload, { orderId: string }>,
  context: Context,
): Promise<void> {
  const { store } = context;
  const stored = await readOrder(store, orderId);
  const fulfilment = stored?.order.fulfilment;
  if (stored === null || fulfilment === undefined || isErased(stored)) return;
  if (status !== undefined && status !== stored.order.status) return;
  const at = { merchantId: stored.order.merchantId, connectionId: fulfilment.connectionId };
  const asked = await ask(context, at, (connection) => connection.readDocuments?.(fulfilment));
  if (asked === 'moved') return;
  const { told } = asked;
  await settle(context, orderId, async (latest) =>
    told === null ? tried(context, latest) : keep(context, latest, told),
  );
}

interface Kept {
  change: OrderChange;
  writes: string[][];
}

/** Ends the work. Where nothing changed but the time of the reading, the order has no new version for it. */
async function settle(
  { store, finish }: Context,
  orderId: string,
  make: (stored: StoredOrder) => Promise<Kept>,
): Promise<void> {
  let latest: (Kept & { stored: StoredOrder }) | undefined;
  const commit: Parameters<typeof changeOrder>[2]['commit'] = (plan) =>
    finish({
      ...plan,
      guards: plan.guards ?? (latest === undefined ? [] : [orderGuard(store, latest.stored.order)]),
      writes: [...(plan.writes ?? []), ...(latest?.writes ?? [])],
    });
  await changeOrder(store, orderId, { commit, work: deliveryWork }, async (stored) => {
    latest = { ...(await make(stored)), stored };
    return latest.change;
  });
}

async function tried({ store }: Context, { order }: StoredOrder): Promise<Kept> {
  const known = await readDocumentsAt(store, order.id);
  return { change: null, writes: triedWrites(store, order.id, known, toInstant(store.clock.now())) };
}

async function keep({ store, deps }: Context, stored: StoredOrder, documents: FulfilmentDocuments): Promise<Kept> {
  const { order } = stored;
  // Erased while it was read.
  if (isErased(stored) || order.fulfilment === undefined) return { change: null, writes: [] };
  const at = toInstant(store.clock.now());
  const { merchantId, storeLocationId } = order;
  const { connectionId } = order.fulfilment;
  const places = new Set(documents.worksheets.flatMap(({ facilityId }) => facilityId ?? []));
  const writes = [
    ...(await documentWrites(store, stored, { documents, at })),
    ...[...places].map((externalId) =>
      metFacilityWrite(store, { merchantId, connectionId, externalId, storeLocationId }),
    ),
    ...successWrites(store, connectionId),
  ];
  const refs = refsOf(documents);
  if (JSON.stringify(refs) === JSON.stringify(order.documents)) return { change: null, writes };
  const after = { ...order, documents: refs };
  // Read once for each; from then on when somebody looks at it.
  const entries = [...places].map((externalId) => {
    const facilityId = toldFacilityId(connectionId, externalId);
    return makeEntry(documentsRead, { merchantId, facilityId }, { lane: freeLane, cause: 'met' });
  });
  return { change: { order: after, timeline: partHops(order, after, deps.vocabularies, at), entries }, writes };
}

async function readPlace(
  { merchantId, facilityId }: Extract<Payload, { facilityId: string }>,
  context: Context,
): Promise<void> {
  const { store } = context;
  const facility = await readFacility(store, merchantId, facilityId);
  const { connectionId = null, externalId = null } = facility ?? {};
  if (facility === null || connectionId === null || externalId === null) return;
  const asked = await ask(context, { merchantId, connectionId }, (connection) => connection.readFacility?.(externalId));
  if (asked !== 'moved') await keepTold(store, facility, asked.told);
}
