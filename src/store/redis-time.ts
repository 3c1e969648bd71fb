import type { RedisClient } from '../platform/redis.ts';

const aheadMs = new WeakMap<RedisClient, number>();

/**
 * By how many milliseconds the clock of this Redis is ahead of ours, learned from each reply that says its time: it was that
 * time at some moment between question and answer. Off by the shortest way of a reply at the most, and to the side on which
 * a moment of Redis is taken for a later one; a clock that was set anew is followed with the next reply.
 */
export function learnRedisTime(
  redis: RedisClient,
  { askedMs, redisMs, gotMs }: { askedMs: number; redisMs: number; gotMs: number },
): number {
  const [least, most] = [redisMs - gotMs, redisMs - askedMs];
  const ahead = Math.min(Math.max(aheadMs.get(redis) ?? least, least), most);
  aheadMs.set(redis, ahead);
  return ahead;
}
