import { nextDelayMs } from '../src/delivery/schedule.ts';
import { sendEvent, type EventToSend, type SendOutcome } from '../src/delivery/send-event.ts';
import { takeTurn } from '../src/delivery/take-turn.ts';
import { bodyIn } from '../src/domain/payload-form.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryAttempt } from '../src/queues/delivery-attempt.ts';
import { defineWorker, type Ending, type JobContext } from '../src/queues/run-worker.ts';
import type { CommitPlan } from '../src/store/commit.ts';
import { endpointLane, readEndpoint, signingKeys, updateEndpoint, type Endpoint } from '../src/store/endpoints.ts';
import { attemptWrites, readDelivery, readEvent, type Delivery, type StoredEvent } from '../src/store/events.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  deliveryId: string;
  merchantId: string;
  endpointId: string;
  orderId: string | null;
}

/** One attempt. Whatever ends a delivery gives the turn to the order's next event in the same commit. */
export default defineWorker<WorkerDeps, Payload>(deliveryAttempt, async (payload, context) => {
  const { store, finish } = context;
  const [delivery, endpoint] = await Promise.all([
    readDelivery(store, payload.deliveryId),
    readEndpoint(store, payload.merchantId, payload.endpointId),
  ]);
  const event = delivery?.status === 'pending' ? await readEvent(store, delivery.eventId) : null;
  if (delivery === null || delivery.status !== 'pending' || event === null) {
    await finish(nextInLine(payload, context));
    return;
  }
  if (endpoint === null || endpoint.disabled) {
    const dropped: Delivery = { ...delivery, status: 'dropped', nextAttemptAt: null };
    await finish({ ...attempted(dropped, 'endpoint_gone', null, 0, context), ...nextInLine(payload, context) });
    return;
  }
  const turn = await takeTurn(store, endpoint, context.signal);
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
  const { after, ending } = judge(delivery, outcome, context);
  if (!outcome.delivered && outcome.status === 410) await disableGone(endpoint, context);
  const writes = attempted(
    after,
    outcome.delivered ? 'delivered' : outcome.code,
    outcome,
    store.clock.now() - startedMs,
    context,
  );
  await finish({ ...writes, ...(ending.how === 'ack' ? nextInLine(payload, context) : {}) }, ending);
});

const toSend = (event: StoredEvent, endpoint: Endpoint, { store }: Context): EventToSend => ({
  url: endpoint.url,
  headers: endpoint.headers,
  keys: signingKeys(store, endpoint),
  schemes: endpoint.signatures,
  eventId: event.id,
  body: bodyIn(endpoint.payload, event),
});

/** What the attempt makes of the delivery, and when its entry runs again. */
function judge(delivery: Delivery, outcome: SendOutcome, context: Context): { after: Delivery; ending: Ending } {
  const attempts = delivery.attempts + 1;
  const over = (status: 'delivered' | 'failed') =>
    ({ after: { ...delivery, attempts, status, nextAttemptAt: null }, ending: { how: 'ack' } }) as const;
  if (outcome.delivered) return over('delivered');
  const delayMs = outcome.status === 410 ? null : nextDelayMs(attempts, outcome.askedMs, context.deps.random);
  if (delayMs === null) return over('failed');
  return {
    after: { ...delivery, attempts, nextAttemptAt: toInstant(context.store.clock.now() + delayMs) },
    ending: { how: 'retry', delayMs, counted: false },
  };
}

/** 410 is the one answer that means "never again" (Standard Webhooks 1.0.0, "Webhook responses"). */
const disableGone = async (endpoint: Endpoint, { store, log }: Context): Promise<void> => {
  const disabledAt = toInstant(store.clock.now());
  const gone = { disabled: true, disabledReason: 'gone', disabledNote: null, disabledAt } as const;
  const updated = await updateEndpoint(store, endpoint, gone, (current) => current.url !== endpoint.url);
  if (updated !== null) log.warn({ endpointId: endpoint.id }, 'endpoint.disabled');
};

function attempted(
  after: Delivery,
  outcome: string,
  answer: SendOutcome | null,
  durationMs: number,
  { store }: Context,
): CommitPlan {
  return {
    writes: attemptWrites(store, after, {
      at: toInstant(store.clock.now()),
      attempt: after.attempts,
      outcome,
      responseStatus: answer?.status ?? null,
      responseBody: answer?.body ?? null,
      durationMs,
    }),
  };
}

function nextInLine(payload: Payload, { store }: Context): CommitPlan {
  const { orderId, endpointId, deliveryId } = payload;
  if (orderId === null) return {};
  const entry = makeEntry(deliveryAttempt, payload, { lane: endpointLane(endpointId) });
  return { advance: { list: store.keys.sequence(endpointId, orderId), member: deliveryId, entry } };
}
