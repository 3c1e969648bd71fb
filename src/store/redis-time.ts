import type { RedisClient } from '../platform/redis.ts';

/** By how many milliseconds the clock of a Redis is ahead of ours: by so much at the least, and at the most. */
export interface RedisAhead {
  leastMs: number;
  mostMs: number;
}

const known = new WeakMap<RedisClient, RedisAhead>();

/**
 * What its replies together say about the clock of this Redis: each says its time at some moment between question and
 * answer, so the quickest say most. Where they contradict one another, a clock was set, and the newest is believed.
 */
export function learnRedisTime(
  redis: RedisClient,
  { askedMs, redisMs, gotMs }: { askedMs: number; redisMs: number; gotMs: number },
): RedisAhead {
  const said = { leastMs: redisMs - gotMs, mostMs: redisMs - askedMs };
  const before = known.get(redis) ?? said;
  const leastMs = Math.max(before.leastMs, said.leastMs);
  const mostMs = Math.min(before.mostMs, said.mostMs);
  const ahead = leastMs > mostMs ? said : { leastMs, mostMs };
  known.set(redis, ahead);
  return ahead;
}
