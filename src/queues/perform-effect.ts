import { Failure, toFailure } from '../domain/failure.ts';
import { claimIntent, expireIntent, withoutIntent } from '../domain/claim-intent.ts';
import type { Order } from '../domain/order.ts';
import { toInstant } from '../platform/clock.ts';
import { startDeadline } from '../platform/deadline.ts';
import type { CommitOutcome, CommitPlan } from '../store/commit.ts';
import { changeOrder, type OrderChange } from '../store/change-order.ts';
import type { StoredOrder, TimelineLine } from '../store/orders.ts';
import { deliveryWork } from './delivery-attempt.ts';
import type { JobContext } from './run-worker.ts';

/** All calls of one effect together may take this long … */
export const effectDeadlineMs = 18_000;
/** … and nobody else may begin one on this order at this connection for this long. */
export const intentLeaseMs = 20_000;

/** Effects take milliseconds as a rule: no need to wait for the whole lease to see whether one is over. */
const inFlightPollMs = 1_000;

export interface Effect<T> {
  orderId: string;
  connectionId: string;
  /** `order.submit`, `order.dispatch`, …: with order and connection, what must happen once. */
  name: string;
  /** Looked at with the intent: a reason not to do it after all. */
  unless?: (order: Order) => boolean;
  /** The outside world. `unsure`: an earlier run may have done it and died; look before doing it again. */
  act: (stored: StoredOrder, unsure: boolean, signal: AbortSignal) => Promise<T>;
  /** What the answer means for the order. May be applied more than once, to newer versions. */
  record: (stored: StoredOrder, answer: T) => OrderChange | Promise<OrderChange>;
  /** How the recording commits: in the middle of the job by default, or ending it. */
  commit?: (plan: CommitPlan) => Promise<CommitOutcome>;
}

/**
 * An effect at a partner, once: intent committed, then the call, then the answer and the end of the intent in one commit.
 * Answers the order as recorded, or null when `unless` held. A run that dies in between leaves an intent that lapses; the
 * next one knows that it has to look.
 */
export async function performEffect<T>(context: JobContext<unknown>, effect: Effect<T>): Promise<Order | null> {
  const { store, runId } = context;
  const { orderId, connectionId } = effect;
  const options = { commit: context.commit, work: deliveryWork };
  let claimed: { stored: StoredOrder; unsure: boolean } | null = null;
  await changeOrder(store, orderId, options, (stored) => {
    claimed = null;
    if (effect.unless?.(stored.order) === true) return null;
    const nowMs = store.clock.now();
    const claim = claimIntent(stored.order, connectionId, {
      effect: effect.name,
      runId,
      nowMs,
      leaseMs: intentLeaseMs,
    });
    if (claim.state === 'busy') {
      throw new Failure('throttled', 'effect.in_flight', 'another effect on this order is under way', {
        retryAfterMs: Math.min(claim.retryAfterMs, inFlightPollMs),
        detail: { connectionId },
      });
    }
    claimed = { stored, unsure: claim.unsure };
    return { order: claim.holder };
  });
  if (claimed === null) return null;
  const { stored, unsure }: { stored: StoredOrder; unsure: boolean } = claimed;

  const startedMs = store.clock.now();
  /** One hop of the order's story: who was called, for what, and how long it took. */
  const hop = (what: 'call.answered' | 'call.failed', detail: Record<string, unknown> = {}): TimelineLine => ({
    at: toInstant(store.clock.now()),
    what,
    detail: {
      effect: effect.name,
      connectionId,
      attempt: context.tries + 1,
      ...(unsure ? { repeated: true } : {}),
      tookMs: store.clock.now() - startedMs,
      ...detail,
    },
  });
  let answer: T;
  try {
    answer = await withinDeadline(context.signal, (signal) => effect.act(stored, unsure, signal));
  } catch (error) {
    const { kind, code } = toFailure(error);
    // A partner that says "later" says so for hours: the story would be of nothing else.
    const timeline = kind === 'throttled' || kind === 'aborted' ? [] : [hop('call.failed', { code })];
    // Whether it happened is not known: the next run need not wait for the lease, but will look.
    await changeOrder(store, orderId, options, ({ order }) =>
      order.intents[connectionId]?.runId === runId
        ? { order: expireIntent(order, connectionId, store.clock.now()), timeline }
        : null,
    ).catch((cause: unknown) => context.log.warn({ code: toFailure(cause).code }, 'intent.notExpired'));
    throw error;
  }

  return changeOrder(store, orderId, { ...options, commit: effect.commit ?? context.commit }, async (latest) => {
    if (latest.order.intents[connectionId]?.runId !== runId) {
      throw new Failure('aborted', 'effect.lease_lost', 'the answer came after the lease; another run looks again');
    }
    const change = await effect.record(latest, answer);
    const order = withoutIntent(change?.order ?? latest.order, connectionId);
    return { ...change, order, timeline: [hop('call.answered'), ...(change?.timeline ?? [])] };
  });
}

/**
 * Calls that together may take `effectDeadlineMs`. A partner that is slower than that has failed (`effect.deadline`, and it
 * counts): only our own end is nobody's fault.
 */
export async function withinDeadline<T>(outer: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(outer, effectDeadlineMs);
  try {
    return await act(deadline.signal);
  } catch (error) {
    if (!deadline.isExpired()) throw error;
    throw new Failure('transient', 'effect.deadline', 'the partner took too long', { cause: error });
  } finally {
    deadline.end();
  }
}
