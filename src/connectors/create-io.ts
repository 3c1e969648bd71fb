import pRetry from 'p-retry';
import { Failure } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { awaitDeparture, type Departing, type Departure } from '../platform/departure.ts';
import type { Http, HttpReply } from '../platform/http.ts';
import { traceHeadersFor, withSpan } from '../platform/trace.ts';
import type { ConnectorCall, ConnectorIo } from './io.ts';

interface TakenSlot extends Departure {
  taken: boolean;
  /** Until it may be asked for again, where it was not taken. */
  waitMs: number;
}

/** A budget as connectors meet it: the governor's guard in front of every call (store/take-slot.ts). */
export interface BudgetGuard {
  /** Waits until the slot is given, or is known to be further away than `waitMaxMs`. */
  take(lane: string, waitMaxMs: number, signal: AbortSignal): Promise<TakenSlot>;
  throttle(lane: string, pauseMs: number): Promise<void>;
}

/** What a call was like, for metrics. Never its URL, which may hold ids or keys. */
export interface CallReport {
  connector: string;
  operation: string;
  /** Status class (`2xx`), or the code of the failure. */
  outcome: string;
  /** No answer came, or one that says no. What was looked for and is not there (404 to a GET) is an answer like others. */
  failed: boolean;
  durationMs: number;
}

/** A call waits this long for its slot inside a worker; longer waits go back to the lane, where they hold nothing. */
export const slotWaitMaxMs = 1_000;
/** A second try inside the call's deadline, only where the first cannot have arrived (or is a GET). */
const retriesInCall = 1;
const pauseDefaultMs = 1_000;

export function createConnectorIo(
  deps: { http: Http; budget: BudgetGuard; clock: Clock; report: (call: CallReport) => void },
  target: {
    connector: string;
    laneOf: (budget: string) => string;
    signal: AbortSignal;
    onCall?: () => void;
    waitMaxMs?: number;
  },
): ConnectorIo {
  const { http, budget, clock, report } = deps;

  /** Waits for the call's turn. Answers what has to be told when it goes out, and when it is over. */
  const takeSlot = async (call: ConnectorCall): Promise<Departing> => {
    const waitMaxMs = target.waitMaxMs ?? slotWaitMaxMs;
    const slot = await budget.take(target.laneOf(call.budget), waitMaxMs, target.signal);
    if (!slot.taken) {
      throw new Failure('throttled', 'budget.exhausted', 'the budget of this account is used up for now', {
        retryAfterMs: slot.waitMs,
        detail: { budget: call.budget },
      });
    }
    return (await awaitDeparture(clock, slot, target.signal)) ?? takeSlot(call);
  };

  const once = (call: ConnectorCall): Promise<HttpReply> =>
    withSpan({ name: `${target.connector} ${call.operation}`, kind: 'client' }, async (span) => {
      const reply = await send(call);
      span.set({ 'http.response.status_code': reply.status });
      return reply;
    });

  const send = async (call: ConnectorCall): Promise<HttpReply> => {
    const { onSent, end } = await takeSlot(call);
    target.onCall?.();
    const startedMs = clock.now();
    const done = (outcome: string, failed: boolean): void =>
      report({
        connector: target.connector,
        operation: call.operation,
        outcome,
        failed,
        durationMs: clock.now() - startedMs,
      });
    try {
      const { method, url, headers, body, replyBytesMax, timeouts } = call;
      const reply = await http.request({
        method,
        url,
        headers: { ...headers, ...traceHeadersFor(target.connector) },
        ...(body === undefined ? {} : { body }),
        ...(timeouts === undefined ? {} : { timeouts }),
        replyBytesMax: replyBytesMax ?? 4 * 1024 * 1024,
        onTooLarge: 'fail',
        signal: target.signal,
        onSent,
      });
      const isMissing = reply.status === 404 && method === 'GET';
      done(`${Math.floor(reply.status / 100)}xx`, reply.status >= 400 && !isMissing);
      end(true);
      return reply;
    } catch (error) {
      end(!(error instanceof Failure && error.detail['requestSent'] === false));
      done(error instanceof Failure ? error.code : 'unexpected', true);
      throw error;
    }
  };

  return {
    call: (call) =>
      pRetry(() => once(call), {
        retries: retriesInCall,
        minTimeout: 100,
        maxTimeout: 500,
        randomize: true,
        signal: target.signal,
        shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient' && isSafe(call, error),
      }),
    throttled: (name, retryAfterMs) => budget.throttle(target.laneOf(name), retryAfterMs ?? pauseDefaultMs),
    nowMs: () => clock.now(),
  };
}

const isSafe = (call: ConnectorCall, failure: Failure): boolean =>
  call.method === 'GET' || failure.detail['requestSent'] === false;
