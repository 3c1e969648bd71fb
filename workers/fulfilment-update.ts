import type { AmendOutcome } from '../src/connectors/fulfilment/port.ts';
import { raiseProblem } from '../src/domain/order-change.ts';
import { isBeingCanceled } from '../src/domain/order.ts';
import { isAmendable } from '../src/domain/order-status.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { fulfilmentUpdate } from '../src/queues/fulfilment-update.ts';
import { performEffect } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import type { OrderChange } from '../src/store/change-order.ts';
import { freeLane } from '../src/store/entries.ts';
import { requireOrder, type StoredOrder } from '../src/store/orders.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toOrderToFulfil } from '../src/fulfilment/order-to-fulfil.ts';
import { recordSnapshot } from '../src/fulfilment/record-snapshot.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;
type Amended = { outcome: AmendOutcome; contentVersion: number };

/**
 * Brings the partner to the newest amendment. Level-triggered: several amendments in a row become one call. The race with
 * the picker is decided by the partner's state, and the loser is told: what was refused is dropped, and said.
 */
export default defineWorker<WorkerDeps, { orderId: string }>(fulfilmentUpdate, async ({ orderId }, context) => {
  const { order } = await requireOrder(context.store, orderId);
  const connectionId = order.fulfilment?.connectionId;
  if (order.pending === undefined || connectionId === undefined) return;
  if (!(await waitInLane(context, order.merchantId, connectionId))) return;
  await performEffect<Amended>(context, {
    orderId,
    connectionId,
    name: 'order.amend',
    unless: ({ pending }) => pending === undefined,
    act: (stored, _unsure, signal) => amendAtPartner(stored, connectionId, signal, context),
    record: (stored, amended) => record(stored, amended, context),
    commit: context.finish,
  });
});

async function amendAtPartner(
  stored: StoredOrder,
  connectionId: string,
  signal: AbortSignal,
  context: Context,
): Promise<Amended> {
  const { order } = stored;
  const contentVersion = order.pending?.contentVersion ?? order.contentVersion;
  const tooLate = !isAmendable(order.status) || isBeingCanceled(order);
  const refused = (code: string, detail: string): Amended => ({
    outcome: { amended: false, code, detail },
    contentVersion,
  });
  if (tooLate) return refused('order.state', `the order was ${order.status} before the amendment could be passed on`);
  const { connection } = await context.deps.openFulfilment(context.store, order.merchantId, connectionId, signal);
  if (connection.amend === undefined || order.fulfilment === undefined) {
    return refused('connection.unsupported', 'this fulfilment system cannot change an order');
  }
  const outcome = await connection.amend(order.fulfilment, toOrderToFulfil(context.store, stored, 'pending'));
  return { outcome, contentVersion };
}

function record(stored: StoredOrder, { outcome, contentVersion }: Amended, context: Context): OrderChange {
  const { order, pendingPerson } = stored;
  const at = toInstant(context.store.clock.now());
  const { pending } = order;
  // Amended again while the call was under way: what waits now has its own entry.
  const superseded = pending !== undefined && pending.contentVersion !== contentVersion;
  if (!outcome.amended) {
    const dropped = superseded ? order : { ...order, pending: undefined };
    const problem = {
      code: 'order.amend_refused',
      detail: `the amendment was not taken: ${outcome.detail}`,
      source: order.fulfilment?.connector ?? 'packline',
      raisedAt: at,
    };
    return {
      ...raiseProblem({ order: dropped, happenings: [] }, problem),
      timeline: [{ at, what: 'order.amendRefused', detail: { code: outcome.code } }],
      ...(superseded ? {} : { pendingPerson: null }),
    };
  }
  const done = [fulfilmentSubmit.name, fulfilmentUpdate.name];
  const current = superseded || pending === undefined ? order : { ...order, ...pending, pending: undefined };
  const change = recordSnapshot(context, { order: current }, outcome.snapshot, {
    what: 'order.amended',
    told: contentVersion,
    done,
  });
  if (change === null) return null;
  // What kept it from being dispatched may have been mended by the amendment.
  const { dispatched, needsAttention } = outcome.snapshot;
  const cause = `amended.${contentVersion}`;
  const entries =
    dispatched || needsAttention !== null
      ? []
      : [makeEntry(fulfilmentSubmit, { orderId: order.id }, { lane: freeLane, cause })];
  const taken = current !== order && pendingPerson !== null ? { person: pendingPerson, pendingPerson: null } : {};
  return { ...change, entries, ...taken };
}
