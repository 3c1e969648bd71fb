import { noteAttempt } from '../src/delivery/endpoint-health.ts';
import { isWokenToPark, judgeAttempt, judgePause, park, type Verdict } from '../src/delivery/judge-attempt.ts';
import { sendEvent, type EventToSend, type SendOutcome } from '../src/delivery/send-event.ts';
import { takeTurn } from '../src/delivery/take-turn.ts';
import { bodyIn } from '../src/domain/payload-form.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toInstant } from '../src/platform/clock.ts';
import type { DataKey } from '../src/platform/secrets.ts';
import { deliveryAttempt } from '../src/queues/delivery-attempt.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import type { CommitPlan } from '../src/store/commit.ts';
import { attemptWrites } from '../src/store/delivery-attempts.ts';
import { readEndpointHealth } from '../src/store/endpoint-health.ts';
import { endpointLane, signingKeys, type Endpoint } from '../src/store/endpoints.ts';
import { deliveryDocWrite, type Delivery, type StoredEvent } from '../src/store/events.ts';
import { issueId, issueWrites } from '../src/store/issues.ts';
import { pauseLane, throttleLane } from '../src/store/lanes.ts';
import { missedWrites } from '../src/store/missed-counts.ts';
import { readAttempt } from '../src/store/read-attempt.ts';
import { isReplayCanceled } from '../src/store/replays.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  deliveryId: string;
  merchantId: string;
  endpointId: string;
  orderId: string | null;
  replayId?: string | undefined;
}

/** One attempt. Whatever ends a delivery, or parks it, gives the turn to the order's next event in the same commit. */
export default defineWorker<WorkerDeps, Payload>(deliveryAttempt, async (payload, context) => {
  const { store, finish } = context;
  const { delivery, event, endpoint, pausedMs, orderKey } = await readAttempt(store, payload, context.first);
  if (delivery === null || delivery.status !== 'pending' || event === null) {
    await finish(nextInLine(payload, context));
    return;
  }
  const why = await reasonToDrop(delivery, event, endpoint, context);
  if (endpoint === null || why !== null) {
    context.deps.countDelivery('dropped');
    const missed = why === 'endpoint_gone' && endpoint !== null ? missedBy(endpoint, delivery, event, context) : [];
    const dropped = droppedWrites(delivery, why ?? 'endpoint_gone', context);
    await finish({ writes: [...dropped, ...missed], ...nextInLine(payload, context) });
    return;
  }
  const nowMs = store.clock.now();
  if (isWokenToPark(delivery, nowMs)) {
    const verdict = park(delivery, nowMs);
    await conclude(payload, verdict, [deliveryDocWrite(store, verdict.after)], context);
    return;
  }
  // It was handed over before somebody's answer paused the endpoint.
  const turn = pausedMs > 0 ? { waitMs: pausedMs } : await takeTurn(store, endpoint, context.signal, context.class);
  if ('waitMs' in turn) {
    await finish({}, { how: 'retry', delayMs: turn.waitMs, counted: false });
    return;
  }
  const startedMs = store.clock.now();
  const outcome = await sendEvent(context.deps.http, toSend(event, endpoint, context), {
    nowMs: startedMs,
    signal: context.signal,
    onSent: turn.departing?.onSent,
  }).finally(() => turn.departing?.end(true));
  const { random } = context.deps;
  const ordered = payload.orderId !== null;
  const verdict = judgeAttempt(delivery, outcome, { nowMs: store.clock.now(), startedMs, ordered, random });
  const { status } = verdict.after;
  context.deps.countDelivery(status === 'pending' ? 'retried' : status);
  // What is sent again and fails again is with those that were missed before.
  const givenUp = status === 'failed' && delivery.replayId === null ? event : null;
  const told = await outcomeKnown(endpoint, outcome, givenUp, context);
  await conclude(payload, verdict, [...loggedWrites(verdict.after, outcome, orderKey, context), ...told], context);
});

/** Null: it is to be sent. */
async function reasonToDrop(
  { replayId }: Delivery,
  event: StoredEvent,
  endpoint: Endpoint | null,
  { store }: Context,
): Promise<'endpoint_gone' | 'payload_wiped' | 'replay_canceled' | null> {
  if (endpoint === null || endpoint.disabled) return 'endpoint_gone';
  if (event.wipedAt !== null) return 'payload_wiped';
  return (await isReplayCanceled(store, replayId)) ? 'replay_canceled' : null;
}

const toSend = (event: StoredEvent, endpoint: Endpoint, { store, deps }: Context): EventToSend => ({
  url: endpoint.url,
  headers: endpoint.headers,
  keys: signingKeys(store, endpoint),
  schemes: endpoint.signatures,
  eventId: event.id,
  body: bodyIn(endpoint.payload, event, deps.baseUrl),
});

/**
 * What an answer means for the endpoint, beside the one delivery. Answers what is written in the attempt's commit. What is done
 * here before it may be done again when we die in between: it must do no harm twice.
 */
async function outcomeKnown(
  endpoint: Endpoint,
  outcome: SendOutcome,
  givenUp: StoredEvent | null,
  context: Context,
): Promise<string[][]> {
  const { store } = context;
  const { failure, code } = outcome;
  const before = failure === null ? null : await readEndpointHealth(store, endpoint);
  const pause = judgePause(outcome, (before?.failures ?? 0) + 1);
  if (pause !== null) {
    const slowDown = pause.slower ? throttleLane : pauseLane;
    await slowDown(store, endpointLane(endpoint.id), pause.ms);
  }
  return noteAttempt(context, endpoint, { failure, code, before, givenUp });
}

/** The commit that ends the run: the delivery as it is now, and who is next. */
async function conclude(payload: Payload, verdict: Verdict, writes: string[][], context: Context): Promise<void> {
  const { after, parks, againMs } = verdict;
  if (againMs === null) {
    await context.finish({ writes, ...nextInLine(payload, context) });
    return;
  }
  const waits = { how: 'retry', delayMs: againMs, counted: false } as const;
  if (!parks) {
    await context.finish({ writes }, waits);
    return;
  }
  const report = parkedReport(after, context);
  const plan = { writes: [...writes, ...issueWrites(context.store, report)], ...nextInLine(payload, context) };
  const outcome = await context.finish(plan, { ...waits, failed: { issue: issueId(report) } });
  if (outcome !== 'committed') return;
  context.log.warn({ endpointId: after.endpointId, deliveryId: after.id, attempts: after.attempts }, 'delivery.parked');
}

/** One issue for each endpoint, which is over when the last parked delivery is. */
const parkedReport = ({ id, merchantId, endpointId, orderId, type, attempts }: Delivery, { entryId }: Context) =>
  ({
    merchantId,
    target: endpointId,
    job: deliveryAttempt.name,
    code: 'delivery.parked',
    kind: 'transient',
    source: 'you',
    title: 'an event could not be delivered for 15 minutes; those after it of its order go before it',
    detail: { deliveryId: id, type, attempts },
    orderId,
    entryId,
  }) as const;

function loggedWrites(
  after: Delivery,
  { failure, code, exchange }: SendOutcome,
  orderKey: DataKey | null | undefined,
  { store }: Context,
): string[][] {
  const at = toInstant(store.clock.now());
  return attemptWrites(store, after, { at, attempt: after.attempts, outcome: code, failure, exchange }, orderKey);
}

function droppedWrites(delivery: Delivery, outcome: string, { store }: Context): string[][] {
  const dropped: Delivery = { ...delivery, status: 'dropped', nextAttemptAt: null };
  const line = { attempt: delivery.attempts, outcome, failure: 'dropped', exchange: null } as const;
  return attemptWrites(store, dropped, { at: toInstant(store.clock.now()), ...line });
}

const missedBy = ({ id }: Endpoint, { replayId }: Delivery, event: StoredEvent, { store }: Context): string[][] =>
  replayId === null ? missedWrites(store, id, event) : [];

/** Does nothing for one that is not the head any more. */
function nextInLine(payload: Payload, { store }: Context): CommitPlan {
  const { orderId, endpointId, replayId, deliveryId } = payload;
  if (orderId === null) return {};
  const list = store.keys.sequence(replayId ?? endpointId, orderId);
  return { advance: { list, member: deliveryId } };
}
