import type { RedisClient } from './redis.ts';

/** From here on what is left of Redis' memory belongs to the workers, whose work frees it. */
const shedShare = 0.8;
const lookEveryMs = 1_000;

export interface RedisPressure {
  /** Whether ingress should turn new work away (503) instead of filling Redis to its limit. */
  shedding(): boolean;
  stop(): void;
}

/** Looks at a Redis' memory once a second. A limit that cannot be read, or none, never sheds. */
export function watchPressure(redis: RedisClient): RedisPressure {
  let isFull = false;
  const look = async (): Promise<void> => {
    const info = await redis.info('memory');
    const read = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    const limit = read('maxmemory');
    isFull = limit > 0 && read('used_memory') > limit * shedShare;
  };
  const timer = setInterval(() => {
    look().catch(() => undefined); // Redis away: ingress answers 503 by itself.
  }, lookEveryMs);
  timer.unref();
  return { shedding: () => isFull, stop: () => clearInterval(timer) };
}
