import { deliveryFailures } from '../domain/delivery-failure.ts';
import { toInstant } from '../platform/clock.ts';
import type { Delivery } from '../store/events.ts';
import { nextDelayMs, retryLadderMs } from './schedule.ts';
import type { SendOutcome } from './send-event.ts';

/**
 * How long one delivery may be tried in vain at the head of its order's sequence. Longer than a deploy or a restart of theirs
 * takes (the ladder has tried it four times by then, the last time after 6 minutes), short enough that the order's news are
 * still news.
 */
export const parkAfterMs = 15 * 60_000;

/** An endpoint that is overloaded and does not say for how long is left alone for the ladder's first rung. */
export const pauseDefaultMs = retryLadderMs[0];

/**
 * Where nobody can be reached time after time, what waits is not sent to find that out once more: it goes on after a while, with as
 * many as may be under way at once, of which the first that fails opens the circuit again.
 */
export const circuit = { failures: 10, openMs: 30_000 } as const;

/** What becomes of a delivery that was tried, or whose time at the head is over. */
export interface Verdict {
  after: Delivery;
  /** It has just been parked: the sequence goes on without it. */
  parks: boolean;
  /** When its entry runs again (ms from now); null: it is over. */
  againMs: number | null;
}

/** Between two attempts its entry runs once more, if its time at the head ends there. */
export function isWokenToPark({ headSince, parkedAt, nextAttemptAt }: Delivery, nowMs: number): boolean {
  if (headSince === null || parkedAt !== null || nextAttemptAt === null) return false;
  const nextMs = Date.parse(nextAttemptAt);
  return headEndsMs(headSince) < nextMs && nowMs < nextMs;
}

/** It goes on by its own ladder, beside the order. */
export const park = (delivery: Delivery, nowMs: number): Verdict => ({
  after: { ...delivery, parkedAt: toInstant(nowMs) },
  parks: true,
  againMs: delivery.nextAttemptAt === null ? 0 : Math.max(0, Date.parse(delivery.nextAttemptAt) - nowMs),
});

/** What an attempt makes of the delivery. `ordered`: others wait for it. `random` is in [0, 1). */
export function judgeAttempt(
  delivery: Delivery,
  { failure, exchange }: SendOutcome,
  { nowMs, startedMs, ordered, random }: { nowMs: number; startedMs: number; ordered: boolean; random: () => number },
): Verdict {
  const attempts = delivery.attempts + 1;
  const over = (status: 'delivered' | 'failed'): Verdict => ({
    after: { ...delivery, attempts, status, nextAttemptAt: null },
    parks: false,
    againMs: null,
  });
  if (failure === null) return over('delivered');
  if (deliveryFailures[failure].follows === 'end') return over('failed');
  const delayMs = nextDelayMs(attempts, exchange.retryAfterMs ?? undefined, random);
  if (delayMs === null) return over('failed');
  const after = { ...delivery, attempts, nextAttemptAt: toInstant(nowMs + delayMs) };
  if (!ordered || delivery.parkedAt !== null) return { after, parks: false, againMs: delayMs };
  const headSince = delivery.headSince ?? toInstant(startedMs);
  const leftMs = headEndsMs(headSince) - nowMs;
  if (leftMs <= 0) return park({ ...after, headSince }, nowMs);
  return { after: { ...after, headSince }, parks: false, againMs: Math.min(delayMs, leftMs) };
}

/**
 * For how long the whole endpoint is left alone, and whether it is to be slower from then on. `inARow`: so many attempts there
 * have failed one after the other, this one included.
 */
export function judgePause(
  { failure, exchange: { retryAfterMs } }: SendOutcome,
  inARow: number,
): { ms: number; slower: boolean } | null {
  // A good answer bears one only where it said that its quota is used up.
  if (failure === null) return retryAfterMs === null ? null : { ms: retryAfterMs, slower: false };
  const { pauses } = deliveryFailures[failure];
  if (pauses === 'asked') return { ms: retryAfterMs ?? pauseDefaultMs, slower: true };
  return pauses === 'row' && inARow >= circuit.failures ? { ms: circuit.openMs, slower: false } : null;
}

const headEndsMs = (headSince: string): number => Date.parse(headSince) + parkAfterMs;
