import type { CancelOutcome } from '../src/connectors/fulfilment/port.ts';
import { Failure } from '../src/domain/failure.ts';
import { cancelRefusedProblem, loseCancel, sealCancel, statusThere } from '../src/domain/order-cancel.ts';
import { learn, ownEvidence } from '../src/domain/order-change.ts';
import { withoutProblem, withoutProblemsOf, type Order } from '../src/domain/order.ts';
import { isTerminal } from '../src/domain/order-status.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { omsWorkNow } from '../src/queues/oms-update.ts';
import { orderCancel } from '../src/queues/order-cancel.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { performEffect } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import type { NewEntry } from '../src/store/commit.ts';
import { freeLane } from '../src/store/entries.ts';
import { requireOrder } from '../src/store/orders.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { makeOmsFact } from '../src/fulfilment/make-oms-fact.ts';
import { omsWork } from '../src/fulfilment/oms-work.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;

const invoicedCode = 'oms.invoiced';

/**
 * Stops an order. Nobody knows of it yet: canceled here. A partner has it: the partner's state decides, and when it is
 * too late there, the merchant is told so instead of believing in a cancellation that did not happen.
 */
export default defineWorker<WorkerDeps, { orderId: string }>(orderCancel, async ({ orderId }, context) => {
  const { order } = await requireOrder(context.store, orderId);
  const { fulfilment } = order;
  if (order.cancellation?.state !== 'requested') return;
  if (isDecided(order, context)) return recordDecided(orderId, context);
  if (fulfilment === undefined) return cancelHere(orderId, context);
  const opened = await context.deps.openFulfilment(
    context.store,
    order.merchantId,
    fulfilment.connectionId,
    context.signal,
  );
  if (!(await waitInLane(context, opened.laneOf()))) return;
  await performEffect<CancelOutcome>(context, {
    orderId,
    connectionId: fulfilment.connectionId,
    name: 'order.cancel',
    unless: ({ cancellation }) => cancellation?.state !== 'requested',
    act: async (stored, _unsure, signal) => {
      const charged = await findCharge(stored.order, context, signal);
      if (charged !== null) return charged;
      const { connection } = await context.deps.openFulfilment(
        context.store,
        order.merchantId,
        fulfilment.connectionId,
        signal,
        { class: context.class },
      );
      if (connection.cancel === undefined) return cancelAtOms(stored.order, context, signal);
      // Asked even when we believe that it was never told: a run may have died telling it. Nothing there counts as stopped.
      return connection.cancel(stored.order.fulfilment ?? fulfilment);
    },
    record: ({ order: latest }, outcome) => record(latest, outcome, context),
    commit: context.finish,
  });
});

/** Nobody has to be asked: the fulfilment system has called it off by its own word, or it is beyond stopping. */
function isDecided(order: Order, { deps }: Context): boolean {
  if (order.status !== 'CANCELED') return isTerminal(order.status);
  return order.fulfilment !== undefined && statusThere(order, deps.vocabularies) === 'CANCELED';
}

async function recordDecided(orderId: string, context: Context): Promise<void> {
  await changeOrder(context.store, orderId, { commit: context.finish, work: deliveryWork }, ({ order }) =>
    order.status === 'CANCELED'
      ? canceled(order, [], context, { atOms: order.cancellation?.by === 'oms' })
      : record(order, { canceled: false, code: 'order.state', detail: `it was ${order.status} already` }, context),
  );
}

/**
 * A system that takes its orders from the OMS by itself has no cancel of its own either: it follows the OMS. Canceled
 * there already, there is nothing left to ask.
 */
async function cancelAtOms(order: Order, context: Context, signal: AbortSignal): Promise<CancelOutcome> {
  const { store, deps } = context;
  if (order.cancellation?.by === 'oms') return { canceled: true, evidence: [] };
  if (order.oms === undefined) return unsupported;
  const { connection } = await deps.openOms(store, order.merchantId, order.source, signal, { class: context.class });
  if (connection.cancel === undefined) return unsupported;
  const outcome = await connection.cancel(order.externalId, order.cancellation?.reason ?? 'canceled by the merchant');
  return outcome.canceled ? { canceled: true, evidence: [] } : outcome;
}

/**
 * Goods must not be stopped whose invoice stands: an order that was invoiced at its OMS without our having heard of it goes
 * on. An OMS that cannot be asked now does not hold up stopping a picker.
 */
async function findCharge(
  order: Order,
  { store, deps, log, class: of }: Context,
  signal: AbortSignal,
): Promise<CancelOutcome | null> {
  if (order.oms === undefined || order.oms.canceledAt !== undefined) return null;
  try {
    const { connection, connector } = await deps.openOms(store, order.merchantId, order.source, signal, { class: of });
    const state = (await connection.readOrder(order.externalId))?.state ?? null;
    if (makeOmsFact(connector, { state }).phase !== 'invoiced') return null;
    return { canceled: false, code: invoicedCode, detail: `${connector.title} has it as ${state}` };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warn({ orderId: order.id, code: error.code }, 'order.chargeUnknown');
    return null;
  }
}

/** A system that follows the OMS has heard of the cancellation by then, or never will (VTEX, known issue 1259680). */
const followsWithinMs = 300_000;

const followsOms = ({ fulfilment }: Order, { deps }: Context): boolean =>
  fulfilment !== undefined && deps.importsByItself(fulfilment);

const unsupported = {
  canceled: false,
  code: 'connection.unsupported',
  detail: 'this fulfilment system cannot cancel an order',
} as const;

/** Only while no partner has been chosen; a route decided meanwhile makes the job look again. */
async function cancelHere(orderId: string, context: Context): Promise<void> {
  await changeOrder(context.store, orderId, { commit: context.finish, work: deliveryWork }, ({ order }) => {
    if (order.fulfilment === undefined) return canceled(order, [], context);
    return {
      order,
      entries: [makeEntry(orderCancel, { orderId }, { lane: freeLane, cause: `again.${order.version}` })],
    };
  });
}

function canceled(
  order: Order,
  evidence: Extract<CancelOutcome, { canceled: true }>['evidence'],
  context: Context,
  { atOms }: { atOms: boolean } = { atOms: followsOms(order, context) },
): OrderChange {
  const at = toInstant(context.store.clock.now());
  const done: Order = {
    ...order,
    problems: withoutProblem(withoutProblemsOf(order.problems, [orderCancel.name]), cancelRefusedProblem),
    ...(order.cancellation && { cancellation: { ...order.cancellation, state: 'done' } }),
    ...(order.oms && atOms && { oms: { ...order.oms, canceledAt: order.oms.canceledAt ?? at } }),
  };
  const heard = [...evidence, ownEvidence('canceled', at)];
  const { vocabularies } = context.deps;
  const learned = learn({ order: done, happenings: [] }, heard, vocabularies, at);
  const changed = sealCancel(learned, vocabularies, at);
  const look = { lane: freeLane, cause: 'followed', delayMs: followsWithinMs };
  const check = followsOms(order, context) ? [makeEntry(fulfilmentRead, { orderId: order.id }, look)] : [];
  return { ...changed, entries: [...omsWork(order, changed.order), ...check] };
}

function record(order: Order, outcome: CancelOutcome, context: Context): OrderChange {
  if (outcome.canceled) return canceled(order, outcome.evidence, context);
  const at = toInstant(context.store.clock.now());
  const { code, detail } = outcome;
  const source = order.fulfilment?.connector ?? 'packline';
  return {
    ...loseCancel({ order, happenings: [] }, { detail, source }, at),
    timeline: [{ at, what: 'order.cancelRefused', detail: { code } }],
    entries: [...omsWorkNow(order), ...(isTerminal(order.status) ? [] : goOn(order)), ...lookAtOms(order, code)],
  };
}

/** What was found out in passing is learnt by a read of its own. */
function lookAtOms({ merchantId, source: connectionId, externalId, version }: Order, code: string): NewEntry[] {
  const options = { lane: freeLane, cause: `uncanceled.${version}` };
  return code === invoicedCode ? [makeEntry(orderImport, { merchantId, connectionId, externalId }, options)] : [];
}

/** The order goes on indeed: where nobody was sent yet somebody is, and what it was too late for is read. */
function goOn({ id: orderId, version, fulfilment }: Order): NewEntry[] {
  const options = { lane: freeLane, cause: `uncanceled.${version}` };
  const unsent = fulfilment?.dispatchedAt === undefined;
  return [unsent ? makeEntry(fulfilmentSubmit, { orderId }, options) : makeEntry(fulfilmentRead, { orderId }, options)];
}
