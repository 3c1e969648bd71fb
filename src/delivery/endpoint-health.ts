import type { AttemptFailure } from '../domain/delivery-failure.ts';
import { judgeFailure } from '../domain/endpoint-health.ts';
import type { Log } from '../platform/log.ts';
import { disableGone, recover, turnFailing } from '../queues/turn-endpoint.ts';
import type { StoreDeps } from '../store/deps.ts';
import { failedAttemptWrites, succeededWrites, type EndpointHealth } from '../store/endpoint-health.ts';
import type { Endpoint } from '../store/endpoints.ts';
import type { StoredEvent } from '../store/events.ts';
import { missedWrites } from '../store/missed-counts.ts';

interface Outcome {
  /** Null: it was delivered. */
  failure: AttemptFailure | null;
  /** Of a failure; never what was answered. */
  code: string;
  /** What was counted before it; null: no failure since the last success. */
  before: EndpointHealth | null;
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
  { failure, code, before, givenUp }: Outcome,
): Promise<string[][]> {
  const { store } = context;
  if (failure === null) {
    if (endpoint.warned !== null) await recover(store, endpoint);
    return succeededWrites(store, endpoint);
  }
  const turned = failure === 'gone' ? await disableGone(store, endpoint) : await judge(store, endpoint, code, before);
  if (turned !== null) {
    const { id: endpointId, disabled, disabledReason: reason, warned } = turned;
    if (disabled) context.log.warn({ endpointId, reason }, 'endpoint.disabled');
    else context.log.warn({ endpointId, percent: warned?.percent }, 'endpoint.warned');
  }
  const missed = givenUp === null ? [] : missedWrites(store, endpoint.id, givenUp);
  return [...failedAttemptWrites(store, endpoint, code), ...missed];
}

function judge(
  store: StoreDeps,
  endpoint: Endpoint,
  code: string,
  before: EndpointHealth | null,
): Promise<Endpoint | null> {
  const nowMs = store.clock.now();
  const failing = { failures: (before?.failures ?? 0) + 1, sinceMs: before?.sinceMs ?? nowMs, code };
  const { autoDisable } = endpoint;
  return turnFailing(store, endpoint, judgeFailure(failing, endpoint.warned, { autoDisable, nowMs }), failing);
}
