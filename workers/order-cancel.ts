import type { CancelOutcome } from '../src/connectors/fulfilment/port.ts';
import { learn, ownEvidence, raiseProblem } from '../src/domain/order-change.ts';
import type { Order } from '../src/domain/order.ts';
import { isTerminal } from '../src/domain/order-status.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { orderCancel } from '../src/queues/order-cancel.ts';
import { performEffect } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import { requireOrder } from '../src/store/orders.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;

/**
 * Stops an order. Nobody knows of it yet: canceled here. A partner has it: the partner's state decides, and when it is
 * too late there, the merchant is told so instead of believing in a cancellation that did not happen.
 */
export default defineWorker<WorkerDeps, { orderId: string }>(orderCancel, async ({ orderId }, context) => {
  const { order } = await requireOrder(context.store, orderId);
  const { fulfilment } = order;
  if (order.cancellation?.state !== 'requested') return;
  if (fulfilment === undefined) return cancelHere(orderId, context);
  if (!(await waitInLane(context, order.merchantId, fulfilment.connectionId))) return;
  await performEffect<CancelOutcome>(context, {
    orderId,
    connectionId: fulfilment.connectionId,
    name: 'order.cancel',
    unless: ({ cancellation, status }) => cancellation?.state !== 'requested' || isTerminal(status),
    act: async (stored, unsure, signal) => {
      const { connection } = await context.deps.openFulfilment(
        context.store,
        order.merchantId,
        fulfilment.connectionId,
        signal,
      );
      const ref = stored.order.fulfilment ?? fulfilment;
      // Never told of it, unless a run died telling: then the partner knows, and so must we.
      const known = ref.submittedContentVersion > 0 || (unsure && (await connection.find(ref)) !== null);
      if (!known) return { canceled: true, evidence: [] };
      if (connection.cancel === undefined) return unsupported;
      return connection.cancel(ref);
    },
    record: ({ order: latest }, outcome) => record(latest, outcome, context),
    commit: context.finish,
  });
});

const unsupported = {
  canceled: false,
  code: 'connection.unsupported',
  detail: 'this fulfilment system cannot cancel an order',
} as const;

/** Only while no partner has been chosen; a route decided meanwhile makes the job look again. */
async function cancelHere(orderId: string, context: Context): Promise<void> {
  await changeOrder(context.store, orderId, { commit: context.finish, work: deliveryWork }, ({ order }) => {
    if (order.fulfilment === undefined) return canceled(order, [], context);
    return { order, entries: [makeEntry(orderCancel, { orderId }, { lane: 'free', cause: `again.${order.version}` })] };
  });
}

function canceled(
  order: Order,
  evidence: Extract<CancelOutcome, { canceled: true }>['evidence'],
  context: Context,
): OrderChange {
  const at = toInstant(context.store.clock.now());
  const done: Order = {
    ...order,
    ...(order.cancellation && { cancellation: { ...order.cancellation, state: 'done' } }),
  };
  const heard = [...evidence, ownEvidence('canceled', at)];
  return learn({ order: done, happenings: [] }, heard, context.deps.vocabularies, at);
}

function record(order: Order, outcome: CancelOutcome, context: Context): OrderChange {
  if (outcome.canceled) return canceled(order, outcome.evidence, context);
  const at = toInstant(context.store.clock.now());
  const refused: Order = {
    ...order,
    ...(order.cancellation && { cancellation: { ...order.cancellation, state: 'refused' } }),
  };
  const problem = {
    code: 'order.cancel_refused',
    detail: `the order goes on: ${outcome.detail}`,
    source: order.fulfilment?.connector ?? 'packline',
    raisedAt: at,
  };
  return {
    ...raiseProblem({ order: refused, happenings: [] }, problem),
    timeline: [{ at, what: 'order.cancelRefused', detail: { code: outcome.code } }],
    // What it was too late for will show in the partner's own words.
    entries: [makeEntry(fulfilmentRead, { orderId: order.id }, { lane: 'free', cause: `canceled.${order.version}` })],
  };
}
