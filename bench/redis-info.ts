import type { Redis } from 'ioredis';

/** What a Redis holds, in bytes. */
export async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? Number.NaN);
}

/**
 * The slowest write to disk from now until the answer is called for, in milliseconds; 0 when none took five. Every commit
 * waits for one: a disk that is busy with something else shows here before it shows in any figure.
 */
export async function watchFsync(redis: Redis): Promise<() => Promise<number>> {
  await redis.config('SET', 'latency-monitor-threshold', '5');
  await redis.call('LATENCY', 'RESET');
  return async () => {
    const events = await redis.call('LATENCY', 'LATEST');
    const rows = Array.isArray(events) ? events.filter(Array.isArray) : [];
    return Math.max(0, ...rows.filter(([name]) => String(name).startsWith('aof-fsync')).map((row) => Number(row[3])));
  };
}
