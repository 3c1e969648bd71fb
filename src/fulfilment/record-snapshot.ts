import type { FulfilmentSnapshot } from '../connectors/fulfilment/port.ts';
import { isStuckCancel, judgeFollowing, learnFollowing, takeFulfilmentCancel } from '../domain/order-cancel.ts';
import { learn, ownEvidence, raiseProblem } from '../domain/order-change.ts';
import { isBeingCanceled, withoutProblemsOf, type Order } from '../domain/order.ts';
import { isTerminal } from '../domain/order-status.ts';
import { settlePicks } from '../domain/settle-picks.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { fulfilmentSubmit } from '../queues/fulfilment-submit.ts';
import { orderCancel } from '../queues/order-cancel.ts';
import type { JobContext } from '../queues/run-worker.ts';
import type { OrderChange } from '../store/change-order.ts';
import { successWrites } from '../store/connections.ts';
import { freeLane } from '../store/entries.ts';
import type { StoredOrder } from '../store/orders.ts';
import { readSettlementRules } from '../store/settlement-rules.ts';
import type { WorkerDeps } from './deps.ts';
import { documentsWork } from './documents-work.ts';
import { omsWork } from './oms-work.ts';
import { takeReturns, takeWholeReturn } from './take-returns.ts';
import { partHops } from './part-hops.ts';

/** A partner's "200, but": the order lies there and will not move until somebody corrects it. */
export const attentionCode = 'fulfilment.needs_attention';

/**
 * What the partner says about an order, as the order's next state: references, evidence, picks, and whether it wants
 * something corrected. `told` is the content version that the partner is known to have after this; `done` are the jobs whose
 * earlier failures are past with it.
 */
export async function recordSnapshot(
  context: JobContext<WorkerDeps>,
  { order }: Pick<StoredOrder, 'order'>,
  snapshot: FulfilmentSnapshot,
  { what, told, done, tookMs }: { what: string; told: number; done: readonly string[]; tookMs?: number },
): Promise<OrderChange> {
  const at = toInstant(context.store.clock.now());
  const { vocabularies } = context.deps;
  const { fulfilment } = order;
  if (fulfilment === undefined) return null;
  const next: Order = {
    ...order,
    problems: withoutProblemsOf(stillWanted(order.problems, snapshot), done),
    fulfilment: {
      ...fulfilment,
      partnerOrderId: snapshot.partnerOrderId ?? fulfilment.partnerOrderId,
      jobId: snapshot.jobId ?? fulfilment.jobId,
      submittedContentVersion: told,
      dispatchedAt: fulfilment.dispatchedAt ?? (snapshot.dispatched ? at : undefined),
    },
  };
  const heard = [ownEvidence('submitted', order.createdAt), ...snapshot.evidence];
  let changed = learn({ order: next, happenings: [] }, heard, vocabularies, at);
  if (snapshot.pickedItems !== null) {
    const rules = await readSettlementRules(context.store, order);
    changed = settlePicks(changed, snapshot.pickedItems, { vocabularies, rules }, at);
  }
  if (snapshot.needsAttention !== null) {
    const { detail } = snapshot.needsAttention;
    const problem = { code: attentionCode, detail, source: fulfilment.connector, raisedAt: at };
    changed = raiseProblem(changed, problem);
  }
  changed = takeFulfilmentCancel(changed, vocabularies, at);
  const following = judgeFollowing(changed.order, vocabularies, !context.deps.importsByItself(fulfilment));
  changed = learnFollowing(changed, { following, isRead: true, at });
  const deps = { store: context.store, vocabularies };
  const parts = takeReturns(deps, changed, fulfilment.connector, snapshot.returns ?? []);
  const whole = takeWholeReturn(deps, parts.changed);
  changed = whole.changed;
  const { partnerOrderId, jobId } = snapshot;
  return {
    ...changed,
    entries: [
      ...omsWork(order, changed.order),
      ...(following === 'tell'
        ? [makeEntry(orderCancel, { orderId: order.id }, { lane: freeLane, cause: `followed.${order.version}` })]
        : []),
      ...documentsWork(context.deps, order, changed.order),
      ...(isStuckCancel(changed.order, context.store.clock.now())
        ? [makeEntry(orderCancel, { orderId: order.id }, { lane: freeLane, cause: `stuck.${order.version}` })]
        : []),
      ...(mayGoOn(changed.order, snapshot)
        ? [makeEntry(fulfilmentSubmit, { orderId: order.id }, { lane: freeLane, cause: `dispatch.${order.version}` })]
        : []),
    ],
    timeline: [
      { at, what, detail: { partnerOrderId, jobId, by: fulfilment.connector, tookMs } },
      ...parts.timeline,
      ...whole.timeline,
      ...partHops(order, changed.order, vocabularies, at),
    ],
    writes: successWrites(context.store, fulfilment.connectionId),
  };
}

/** What the partner wanted before and does not want any more is no problem any more. */
const stillWanted = (problems: Order['problems'], { needsAttention }: FulfilmentSnapshot): Order['problems'] =>
  problems.filter(({ code, detail }) => code !== attentionCode || detail === needsAttention?.detail);

/** The partner has the order, wants nothing corrected, and nobody was sent: whatever held it up is over. */
const mayGoOn = (order: Order, { dispatched, needsAttention }: FulfilmentSnapshot): boolean =>
  !dispatched &&
  needsAttention === null &&
  order.fulfilment?.dispatchedAt === undefined &&
  !isTerminal(order.status) &&
  !isBeingCanceled(order);
