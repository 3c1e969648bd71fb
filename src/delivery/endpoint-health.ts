import { judgeFailure } from '../domain/endpoint-health.ts';
import type { Log } from '../platform/log.ts';
import { disableGone, recover, turnFailing } from '../queues/turn-endpoint.ts';
import type { StoreDeps } from '../store/deps.ts';
import { failedAttemptWrites, readEndpointHealth, succeededWrites } from '../store/endpoint-health.ts';
import type { Endpoint } from '../store/endpoints.ts';
import type { StoredEvent } from '../store/events.ts';
import { missedWrites } from '../store/missed-counts.ts';

interface Outcome {
  delivered: boolean;
  /** It answered 410. */
  gone: boolean;
  /** Of a failure; never what was answered. */
  code: string;
  /** The event that it was about, where this was its last attempt. */
  givenUp: StoredEvent | null;
}

/**
 * What an attempt says of its endpoint: takes the turn that follows from it, and answers what belongs into the attempt's own
 * commit. A success on an endpoint that is well is one command in that commit and nothing else. The turn comes first: if the
 * process ends between the two, the attempt is made again, and finds the turn taken.
 */
export async function noteAttempt(
  context: { store: StoreDeps; readonly log: Log },
  endpoint: Endpoint,
  { delivered, gone, code, givenUp }: Outcome,
): Promise<string[][]> {
  const { store } = context;
  if (delivered) {
    if (endpoint.warned !== null) await recover(store, endpoint);
    return succeededWrites(store, endpoint);
  }
  const turned = gone ? await disableGone(store, endpoint) : await judge(store, endpoint, code);
  if (turned !== null) {
    const { id: endpointId, disabled, disabledReason: reason, warned } = turned;
    if (disabled) context.log.warn({ endpointId, reason }, 'endpoint.disabled');
    else context.log.warn({ endpointId, percent: warned?.percent }, 'endpoint.warned');
  }
  const missed = givenUp === null ? [] : missedWrites(store, endpoint.id, givenUp);
  return [...failedAttemptWrites(store, endpoint, code), ...missed];
}

async function judge(store: StoreDeps, endpoint: Endpoint, code: string): Promise<Endpoint | null> {
  const nowMs = store.clock.now();
  const before = await readEndpointHealth(store, endpoint);
  const failing = { failures: (before?.failures ?? 0) + 1, sinceMs: before?.sinceMs ?? nowMs, code };
  const { autoDisable } = endpoint;
  return turnFailing(store, endpoint, judgeFailure(failing, endpoint.warned, { autoDisable, nowMs }), failing);
}
