import type { AmendOutcome } from '../src/connectors/fulfilment/port.ts';
import { Failure } from '../src/domain/failure.ts';
import { raiseProblem } from '../src/domain/order-change.ts';
import { isBeingCanceled, type Order, type OrderContent } from '../src/domain/order.ts';
import { needsDeliveryTold } from '../src/domain/order-delivery.ts';
import { isAmendable } from '../src/domain/order-status.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toOrderToFulfil } from '../src/fulfilment/order-to-fulfil.ts';
import { recordSnapshot } from '../src/fulfilment/record-snapshot.ts';
import { tellDelivery } from '../src/fulfilment/tell-delivery.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { toInstant } from '../src/platform/clock.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { fulfilmentUpdate } from '../src/queues/fulfilment-update.ts';
import { performEffect } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import { requireOrder, type StoredOrder } from '../src/store/orders.ts';
import { amendedPerson } from '../src/store/persons.ts';

type Context = JobContext<WorkerDeps>;
/** What was sent, and what the partner said to it. */
interface Amended {
  outcome: AmendOutcome;
  sent: { content: OrderContent; contentVersion: number; person: string | null };
}

/**
 * Brings the partner to the newest amendment, or to the news that the order was delivered. Level-triggered: several
 * amendments in a row become one call. The race with the picker is decided by the partner's state, and the loser is told:
 * what was refused is dropped, and said.
 */
export default defineWorker<WorkerDeps, { orderId: string }>(fulfilmentUpdate, async ({ orderId }, context) => {
  const { order } = await requireOrder(context.store, orderId);
  const connectionId = order.fulfilment?.connectionId;
  if (connectionId === undefined) return;
  const isAmended = order.pending !== undefined;
  if (!isAmended && !needsDeliveryTold(order, context.deps.vocabularies)) return;
  if (isAmended && isTooLate(order)) return dropTooLate(orderId, context);
  const { laneOf } = await context.deps.openFulfilment(context.store, order.merchantId, connectionId, context.signal);
  if (!(await waitInLane(context, laneOf()))) return;
  if (!isAmended) return tellDelivery(orderId, connectionId, context);
  await performEffect<Amended>(context, {
    orderId,
    connectionId,
    name: 'order.amend',
    unless: ({ pending }) => pending === undefined,
    act: (latest, _unsure, signal) => amendAtPartner(latest, connectionId, signal, context),
    record: (latest, amended) => record(latest, amended, context),
    commit: context.finish,
  });
});

const isTooLate = (order: Order): boolean => !isAmendable(order.status) || isBeingCanceled(order);

/** By what we know already, without asking: no call, so no intent either. */
async function dropTooLate(orderId: string, context: Context): Promise<void> {
  const options = { commit: context.finish, work: deliveryWork };
  await changeOrder(context.store, orderId, options, ({ order }) => {
    if (order.pending === undefined) return null;
    const why = isBeingCanceled(order) ? 'the order is being canceled' : `the order was ${order.status} already`;
    return refused(order, { code: 'order.state', detail: why, source: 'packline' }, context);
  });
}

async function amendAtPartner(
  stored: StoredOrder,
  connectionId: string,
  signal: AbortSignal,
  context: Context,
): Promise<Amended> {
  const { order, pendingPerson } = stored;
  const { content, contentVersion } = order.pending ?? order;
  const sent = { content, contentVersion, person: pendingPerson };
  // It became too late between our look and our claim. Nothing was asked, so nothing may be recorded as answered.
  if (isTooLate(order)) throw new Failure('aborted', 'order.moved', 'the order moved on meanwhile');
  const { connection } = await context.deps.openFulfilment(context.store, order.merchantId, connectionId, signal);
  if (connection.amend === undefined || order.fulfilment === undefined) {
    const detail = 'this fulfilment system cannot change an order';
    return { outcome: { amended: false, code: 'connection.unsupported', detail }, sent };
  }
  const outcome = await connection.amend(order.fulfilment, toOrderToFulfil(context.store, stored, 'pending'));
  return { outcome, sent };
}

/** An amendment that came meanwhile waits on: it has its own entry. */
async function record(stored: StoredOrder, { outcome, sent }: Amended, context: Context): Promise<OrderChange> {
  const { order } = stored;
  const isCurrent = order.pending?.contentVersion === sent.contentVersion;
  const source = order.fulfilment?.connector ?? 'packline';
  if (!outcome.amended) return isCurrent ? refused(order, { ...outcome, source }, context) : { order };
  const { content, contentVersion } = sent;
  const person = sent.person === null ? null : amendedPerson(context.store, stored, sent.person);
  const taken = { ...order, content, contentVersion, ...(isCurrent ? { pending: undefined } : {}) };
  const change = await recordSnapshot(context, { order: taken }, outcome.snapshot, {
    what: 'order.amended',
    told: contentVersion,
    done: [fulfilmentSubmit.name, fulfilmentUpdate.name],
  });
  if (change === null) return null;
  return {
    ...change,
    ...(person === null ? {} : { person }),
    ...(isCurrent ? { pendingPerson: null } : {}),
  };
}

function refused(
  order: Order,
  why: { code: string; detail: string; source: string },
  { store }: Context,
): NonNullable<OrderChange> {
  const at = toInstant(store.clock.now());
  const problem = {
    code: 'order.amend_refused',
    detail: `the amendment was not taken: ${why.detail}`,
    source: why.source,
    raisedAt: at,
  };
  return {
    ...raiseProblem({ order: { ...order, pending: undefined }, happenings: [] }, problem),
    timeline: [{ at, what: 'order.amendRefused', detail: { code: why.code } }],
    pendingPerson: null,
  };
}
