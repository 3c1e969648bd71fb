import type { Redis } from 'ioredis';
import type { RedisClient } from './redis.ts';
import { mastersOf } from './redis-servers.ts';

/** From here on what is left of Redis' memory belongs to the workers, whose work frees it. */
const shedShare = 0.8;
const lookEveryMs = 1_000;

export interface RedisPressure {
  /** Whether ingress should turn new work away (503) instead of filling Redis to its limit. */
  shedding(): boolean;
  stop(): void;
}

/**
 * Looks at a Redis' memory once a second; of a cluster at each master's, and the fullest decides for all. A limit that
 * cannot be read, or none, never sheds.
 */
export function watchPressure(redis: RedisClient): RedisPressure {
  let isFull = false;
  const look = async (): Promise<void> => {
    const looks = await Promise.allSettled(mastersOf(redis).map(isAlmostFull));
    const seen = looks.filter((one) => one.status === 'fulfilled');
    // Redis away: ingress answers 503 by itself, and what was known stands.
    if (seen.length > 0) isFull = seen.some(({ value }) => value);
  };
  const timer = setInterval(() => {
    void look();
  }, lookEveryMs);
  timer.unref();
  return { shedding: () => isFull, stop: () => clearInterval(timer) };
}

async function isAlmostFull(redis: Redis): Promise<boolean> {
  const info = await redis.info('memory');
  const read = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = read('maxmemory');
  return limit > 0 && read('used_memory') > limit * shedShare;
}
