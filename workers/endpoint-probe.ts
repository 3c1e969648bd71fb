import { sendEvent, type SendOutcome } from '../src/delivery/send-event.ts';
import { probeDelayMs } from '../src/domain/endpoint-health.ts';
import { bodyIn } from '../src/domain/payload-form.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toInstant } from '../src/platform/clock.ts';
import { endpointProbe } from '../src/queues/endpoint-probe.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { enable } from '../src/queues/turn-endpoint.ts';
import { failedProbeWrites, readEndpointHealth } from '../src/store/endpoint-health.ts';
import { askedNoMoreWrites } from '../src/store/endpoint-issue.ts';
import { readEndpoint, signingKeys, type Endpoint } from '../src/store/endpoints.ts';
import { attemptWrites } from '../src/store/delivery-attempts.ts';
import { deliveryWrites, eventDocWrites, makeDelivery, makeEvent } from '../src/store/events.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  endpointId: string;
  disabledAt: string;
  once?: boolean | undefined;
}

/**
 * Asks with a test event, in the endpoint's own form and signed as all others, so that it is in the log as all others; what
 * was missed is never risked on the question. The first 2xx enables the endpoint.
 */
export default defineWorker<WorkerDeps, Payload>(
  endpointProbe,
  async ({ merchantId, endpointId, disabledAt, once = false }, context) => {
    const { store, finish, log } = context;
    const endpoint = await readEndpoint(store, merchantId, endpointId);
    // Deleted, enabled, or disabled by its merchant: there is nothing to find out any more.
    if (endpoint?.disabledReason !== 'failing' || endpoint.disabledAt !== disabledAt) return;
    const { outcome, logged } = await ask(endpoint, context);
    if (outcome.failure === null) {
      const enabled = await enable(store, endpoint, { probeOf: disabledAt });
      if (enabled !== null) log.info({ endpointId }, 'endpoint.enabled');
      await finish({ writes: logged });
      return;
    }
    if (once) {
      await finish({ writes: logged });
      return;
    }
    const { count, delayMs } = await planNext(endpoint, { ...outcome, disabledAt }, context);
    const nextAt = delayMs === null ? null : toInstant(store.clock.now() + delayMs);
    const writes = [...logged, ...failedProbeWrites(store, endpoint, { count, code: outcome.code, nextAt })];
    if (delayMs === null) await finish({ writes: [...writes, ...askedNoMoreWrites(store, endpoint)] });
    else await finish({ writes }, { how: 'again', delayMs });
  },
);

/**
 * 410 is asked no more; who says when, is not asked earlier. Asked before its turn, because somebody retried its issue, it has
 * its turn all the same: to look more often must not be to be looked at less.
 */
async function planNext(
  endpoint: Endpoint,
  { disabledAt, failure, exchange }: SendOutcome & { disabledAt: string },
  { store, deps }: Context,
): Promise<{ count: number; delayMs: number | null }> {
  const nowMs = store.clock.now();
  const disabledMs = Date.parse(disabledAt);
  const before = (await readEndpointHealth(store, endpoint))?.probe ?? null;
  const turnMs = before === null ? disabledMs + (probeDelayMs(0, 0) ?? 0) : Date.parse(before.nextAt ?? disabledAt);
  const isEarly = nowMs < turnMs - clocksDifferMs;
  const count = (before?.count ?? 0) + (isEarly ? 0 : 1);
  const delayMs = probeDelayMs(count, nowMs - disabledMs);
  if (delayMs === null || failure === 'gone') return { count, delayMs: null };
  const wanted = isEarly ? turnMs - nowMs : Math.round(delayMs * (0.9 + 0.2 * deps.random()));
  return { count, delayMs: Math.max(wanted, exchange.retryAfterMs ?? 0) };
}
/** Turns are waited for by Redis' clock. */
const clocksDifferMs = 60_000;

async function ask(
  endpoint: Endpoint,
  { store, deps, signal }: Context,
): Promise<{ outcome: SendOutcome; logged: string[][] }> {
  const { id: endpointId, merchantId, url, headers, signatures: schemes, payload } = endpoint;
  const event = makeEvent(store, merchantId, 'endpoint.test', { endpointId }, null);
  const startedMs = store.clock.now();
  const body = bodyIn(payload, event, deps.baseUrl);
  const keys = signingKeys(store, endpoint);
  const outcome = await sendEvent(
    deps.http,
    { url, headers, keys, schemes, eventId: event.id, body },
    { nowMs: startedMs, signal },
  );
  const made = makeDelivery(store, event, endpointId);
  const status = outcome.failure === null ? ('delivered' as const) : ('failed' as const);
  const delivery = { ...made, status, attempts: 1, nextAttemptAt: null };
  const attempt = {
    at: toInstant(store.clock.now()),
    attempt: 1,
    outcome: outcome.code,
    failure: outcome.failure,
    exchange: outcome.exchange,
  };
  return {
    outcome,
    logged: [
      ...eventDocWrites(store, event),
      ...deliveryWrites(store, delivery),
      ...attemptWrites(store, delivery, attempt),
    ],
  };
}
