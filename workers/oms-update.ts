import { fulfilmentConnectors } from '../src/connectors/fulfilment/registry.ts';
import type { StartOutcome } from '../src/connectors/oms/port.ts';
import { Failure, isRetryable } from '../src/domain/failure.ts';
import { needsOmsCancel } from '../src/domain/order-cancel.ts';
import { raiseProblem } from '../src/domain/order-change.ts';
import { learnFromOms, startProblem, type OrderOms } from '../src/domain/order-oms.ts';
import { isBeingCanceled, withoutProblem, withoutProblemsOf, type Order } from '../src/domain/order.ts';
import { isTerminal, statusTable } from '../src/domain/order-status.ts';
import { afterOmsFact } from '../src/fulfilment/after-oms-fact.ts';
import { cancelAtOms } from '../src/fulfilment/cancel-at-oms.ts';
import type { OpenOms, WorkerDeps } from '../src/fulfilment/deps.ts';
import { makeOmsFact } from '../src/fulfilment/make-oms-fact.ts';
import { milestones } from '../src/fulfilment/oms-work.ts';
import { writeBack } from '../src/fulfilment/write-back.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { toInstant } from '../src/platform/clock.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { omsUpdate } from '../src/queues/oms-update.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { performEffect, withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import { freeLane } from '../src/store/entries.ts';
import { requireOrder } from '../src/store/orders.ts';

type Context = JobContext<WorkerDeps>;

/** Each step is committed before the next, and done only where the OMS is not there yet. */
interface Payload extends Record<string, unknown> {
  orderId: string;
  check?: boolean | undefined;
}

export default defineWorker<WorkerDeps, Payload>(omsUpdate, async ({ orderId, check = false }, context) => {
  const { store, deps, signal } = context;
  const { order } = await requireOrder(store, orderId);
  if (order.oms === undefined) return;
  const oms = await deps.openOms(store, order.merchantId, order.source, signal);
  if (!(await waitInLane(context, oms.laneOf()))) return;
  if (needsOmsCancel(order)) {
    if ((await cancelAtOms(order, oms, context)) === 'later') return;
  } else if (needsStart(order)) {
    if (isOurs(order, oms, context)) await start(order, oms, context);
    else if (check) await checkStarted(order, oms, context);
  }
  const told = await writeBack(orderId, oms, context).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== `${oms.connector.id}.order_canceled`) throw error;
    return 'canceled' as const;
  });
  if (told === 'later') return;
  if (told === 'canceled') return readCanceled(order, context);
  if (oms.policy.notes) await note(orderId, oms, context);
  await forgetOwnFailures(orderId, context);
});

/** Canceled there, which never reached us: once it is read, it goes its way. */
async function readCanceled({ merchantId, source, externalId }: Order, { finish, entryId }: Context): Promise<void> {
  const payload = { merchantId, connectionId: source, externalId };
  await finish({ entries: [makeEntry(orderImport, payload, { lane: freeLane, cause: entryId })] });
}

/** Also what has been delivered meanwhile: without a start the OMS takes neither what was picked nor an invoice. */
const needsStart = (order: Order): boolean =>
  order.oms?.startedAt === undefined &&
  order.fulfilment?.dispatchedAt !== undefined &&
  (order.status === 'DELIVERED' || !isTerminal(order.status)) &&
  !isBeingCanceled(order);

/** Who says at the OMS that handling began. */
function isOurs({ fulfilment }: Order, { policy }: OpenOms, { deps }: Context): boolean {
  if (policy.startHandling !== 'auto') return policy.startHandling === 'packline';
  return fulfilment !== undefined && !deps.importsByItself(fulfilment);
}

async function start(order: Order, oms: OpenOms, context: Context): Promise<void> {
  const { connector } = oms;
  await performEffect<StartOutcome>(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.start',
    unless: (latest) => !needsStart(latest),
    act: async (_stored, _unsure, signal) => {
      const { connection } = await context.deps.openOms(context.store, order.merchantId, order.source, signal);
      return (await connection.startHandling?.(order.externalId)) ?? { started: true };
    },
    record: ({ order: latest }, outcome) =>
      outcome.started ? started(latest, context) : standsAt(latest, outcome.state, oms, context),
  });
  context.log.debug({ orderId: order.id, connector: connector.id }, 'oms.startAsked');
}

function started(order: Order, { store }: Context): OrderChange {
  const at = toInstant(store.clock.now());
  if (order.oms === undefined) return null;
  return {
    order: {
      ...order,
      oms: { ...order.oms, startedAt: order.oms.startedAt ?? at },
      problems: withoutProblem(order.problems, startProblem),
    },
    timeline: [{ at, what: 'oms.handlingStarted' }],
  };
}

/** What the OMS said instead, and what follows from it. The hook of its release asks again. */
function standsAt(order: Order, state: string, { connector }: OpenOms, { store, deps }: Context): OrderChange {
  const at = toInstant(store.clock.now());
  const fact = makeOmsFact(connector, { state });
  const changed = learnFromOms({ order, happenings: [] }, fact, deps.vocabularies, at);
  return {
    ...changed,
    timeline: [{ at, what: 'oms.read', detail: { state } }],
    // Asked for a start and told "ready": that is no news to act upon again.
    entries: fact.phase === 'ready' ? [] : afterOmsFact(order, changed.order, fact),
  };
}

/** Somebody else begins handling: once the picker has begun, it has to have happened. */
async function checkStarted(order: Order, oms: OpenOms, context: Context): Promise<void> {
  if (statusTable[order.status].rank < statusTable.PICKING.rank) return;
  const read = await withinDeadline(context.signal, async (signal) => {
    const { connection } = await context.deps.openOms(context.store, order.merchantId, order.source, signal);
    return connection.readOrder(order.externalId);
  });
  if (read === null) return;
  await changeOrder(context.store, order.id, { commit: context.commit, work: deliveryWork }, ({ order: latest }) => {
    const change = standsAt(latest, read.state, oms, context);
    if (change === null || !needsStart(change.order)) return change;
    const raised = raiseProblem(
      { order: change.order, happenings: change.happenings ?? [] },
      {
        code: startProblem,
        detail: 'picking has begun, and nobody has told the OMS: it refuses changes of the order until somebody does',
        source: 'you',
        raisedAt: toInstant(context.store.clock.now()),
      },
    );
    return { ...change, ...raised };
  });
}

/** Lines in the order's log at the OMS. Written again when a run dies here: a log may say a thing twice. */
async function note(orderId: string, oms: OpenOms, context: Context): Promise<void> {
  const { order } = await requireOrder(context.store, orderId);
  const { fulfilment } = order;
  if (oms.connection.addNote === undefined || fulfilment?.dispatchedAt === undefined) return;
  const isLost = order.cancellation?.state === 'refused' && order.oms?.canceledAt !== undefined;
  if (isLost && order.oms?.lossNoted !== true) {
    await writeNote(order, 'the cancellation came too late, and the goods go out all the same', context);
    await markNoted(orderId, { lossNoted: true }, context);
  }
  const status = milestones.has(order.status) ? order.status : 'READY_FOR_HANDLING';
  if (order.oms?.notedStatus === status) return;
  const handler = fulfilmentConnectors.get(fulfilment.connector)?.title ?? fulfilment.connector;
  await writeNote(order, milestones.has(status) ? `the order is ${status}` : `${handler} has the order`, context);
  await markNoted(orderId, { notedStatus: status }, context);
}

async function writeNote({ id, merchantId, source, externalId }: Order, message: string, context: Context) {
  await withinDeadline(context.signal, async (signal) => {
    const { connection } = await context.deps.openOms(context.store, merchantId, source, signal);
    await connection.addNote?.(externalId, `Packline: ${message}`);
  }).catch((error: unknown) => {
    // The right to write into the log is one of its own at VTEX: an order must not fail, or a connection be unwell, for it.
    if (!(error instanceof Failure) || isRetryable(error.kind)) throw error;
    context.log.warn({ orderId: id, code: error.code }, 'oms.noteRefused');
  });
}

async function markNoted(orderId: string, noted: Partial<OrderOms>, context: Context): Promise<void> {
  await changeOrder(context.store, orderId, { commit: context.commit, work: deliveryWork }, ({ order: latest }) =>
    latest.oms === undefined ? null : { order: { ...latest, oms: { ...latest.oms, ...noted } } },
  );
}

/** It went well this time: what an earlier failure of this work left on the order is past. */
async function forgetOwnFailures(orderId: string, context: Context): Promise<void> {
  await changeOrder(context.store, orderId, { commit: context.finish, work: deliveryWork }, ({ order }) => {
    const problems = withoutProblemsOf(order.problems, [omsUpdate.name]);
    return problems.length === order.problems.length ? null : { order: { ...order, problems } };
  });
}
