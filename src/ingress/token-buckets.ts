import type { Clock } from '../platform/clock.ts';

export interface BucketState {
  taken: boolean;
  /** Whole requests left. */
  remaining: number;
  /** Seconds until the bucket is full again, or, where nothing was left, until there is one more. Whole, at least 1. */
  resetSeconds: number;
}

export interface TokenBuckets {
  /** Takes one token of this name's bucket, if there is one. */
  take(name: string): BucketState;
  /** Whether there is one, without taking it. */
  peek(name: string): BucketState;
}

/** So many names are remembered; the one unused for longest goes first, and starts full if it ever comes back. */
const namesMax = 20_000;

/** Token buckets in this process: `burst` tokens each, refilled at `perSecond`. */
export function createTokenBuckets(clock: Clock, limit: { perSecond: number; burst: number }): TokenBuckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();

  const refilled = (name: string): number => {
    const bucket = buckets.get(name);
    if (bucket === undefined) return limit.burst;
    const earned = (Math.max(0, clock.now() - bucket.atMs) / 1000) * limit.perSecond;
    return Math.min(limit.burst, bucket.tokens + earned);
  };
  const stateOf = (tokens: number, taken: boolean): BucketState => ({
    taken,
    remaining: Math.floor(tokens),
    resetSeconds: Math.max(1, Math.ceil(((taken ? limit.burst : 1) - tokens) / limit.perSecond)),
  });

  return {
    take(name) {
      const before = refilled(name);
      const taken = before >= 1;
      const tokens = taken ? before - 1 : before;
      // Deleted and set again: a Map keeps the order of insertion, so the first name is the one unused for longest.
      buckets.delete(name);
      buckets.set(name, { tokens, atMs: clock.now() });
      if (buckets.size > namesMax) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return stateOf(tokens, taken);
    },
    peek(name) {
      const tokens = refilled(name);
      return stateOf(tokens, tokens >= 1);
    },
  };
}
