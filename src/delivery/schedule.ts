const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * When an event is tried again: waits before the second, third, … attempt. Standard Webhooks' advice (retries over days)
 * with a steeper start, because most failures are restarts; 75 h 36 min in all.
 */
export const retryLadderMs = [
  5 * second,
  1 * minute,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/** Enough to spread a crowd, little enough that the rungs stay what the docs say. */
const jitterShare = 0.2;

/**
 * How long to wait after `attempts` attempts have failed: the rung, or longer when the subscriber asked for longer; null
 * after the last. `random` is in [0, 1).
 */
export function nextDelayMs(attempts: number, askedMs: number | undefined, random: () => number): number | null {
  const rung = retryLadderMs[attempts - 1];
  if (rung === undefined) return null;
  const jittered = rung * (1 - jitterShare + random() * 2 * jitterShare);
  return Math.round(Math.max(jittered, askedMs ?? 0));
}
