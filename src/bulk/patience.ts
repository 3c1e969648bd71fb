import type { Failure } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';

/** A wait that is longer than this is waited for in the queue, where it holds no worker: for a slot of the budget, too. */
export const retryHereMaxMs = 2_000;
/** Failures in a row until the partner is left in peace for a while. */
const failuresMax = 4;

export type GivenUp =
  /** It goes on after `delayMs`. */
  { how: 'rest'; delayMs: number } | { how: 'failed'; error: unknown };

/** How often a partner that does not answer is asked again. */
export interface Patience {
  /** It answered. */
  answered(): void;
  /** Waits for a better moment; or says that it is not to be waited for here. */
  bear(failure: Failure): Promise<GivenUp | undefined>;
}

export function createPatience({
  clock,
  random,
  signal,
}: {
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}): Patience {
  let failures = 0;
  return {
    answered() {
      failures = 0;
    },
    async bear(failure) {
      if (failure.kind === 'throttled') {
        const delayMs = failure.retryAfterMs ?? retryHereMaxMs;
        if (delayMs > retryHereMaxMs) return { how: 'rest', delayMs };
        await clock.sleep(delayMs, signal);
        return undefined;
      }
      failures += 1;
      const delayMs = failure.retryAfterMs ?? 100 + random() * 200 * 2 ** failures;
      const isHopeless = failure.kind !== 'transient' || failures > failuresMax || delayMs > retryHereMaxMs;
      if (isHopeless) return { how: 'failed', error: failure };
      await clock.sleep(delayMs, signal);
      return undefined;
    },
  };
}
