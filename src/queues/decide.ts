import type { Failure } from '../domain/failure.ts';
import type { JobPolicy } from './define-job.ts';

/** What the queue does about a failure. */
export type Decision = { how: 'retry'; delayMs: number; counted: boolean } | { how: 'bury' };

/** So short that a deploy costs nothing, long enough that the next process is there. */
const abortedDelayMs = 250;

/**
 * The only place where kinds of failure become behaviour of the queue. Their delay wins over ours; a delay they asked for
 * and our own shutdown use up no attempt; what cannot become true by waiting is buried at once and shown.
 */
export function decide(failure: Failure, tries: number, policy: JobPolicy, random: () => number): Decision {
  switch (failure.kind) {
    case 'throttled':
      return { how: 'retry', delayMs: failure.retryAfterMs ?? backoff(0, policy, random), counted: false };
    case 'aborted':
      return { how: 'retry', delayMs: failure.retryAfterMs ?? abortedDelayMs, counted: false };
    case 'transient':
      if (tries + 1 >= policy.attempts) return { how: 'bury' };
      return {
        how: 'retry',
        delayMs: Math.max(failure.retryAfterMs ?? 0, backoff(tries, policy, random)),
        counted: true,
      };
    case 'rejected':
    case 'misconfigured':
    case 'malformed':
      return { how: 'bury' };
  }
}

/** Exponential with full jitter: a crowd that failed together does not come back together. */
function backoff(tries: number, policy: JobPolicy, random: () => number): number {
  const ceiling = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** tries);
  return Math.round(policy.backoffMs / 10 + random() * ceiling);
}
