import { Failure } from '../domain/failure.ts';
import type { RedisClient } from '../platform/redis.ts';
import { globalKeys, type Keys } from './keys.ts';

/**
 * The generation is a random word that lies in Redis and, as a file, in PACKLINE_HOME. A Redis without it is one that
 * came back empty (or another one): it stays shut until an operator accepts it, because answering 404 and 401 for all
 * that it has lost, and taking orders again that were taken before, would be worse than answering 503.
 */
export async function claimGeneration(
  redis: RedisClient,
  shards: readonly Keys[],
  { known, acceptEmpty, firstStart }: { known: string; acceptEmpty: boolean; firstStart: boolean },
): Promise<string> {
  const markers = [globalKeys.generation, ...shards.map((keys) => keys.generation)];
  const found = await Promise.all(markers.map((key) => redis.get(key)));
  if (found.every((marker) => marker === known)) return known;
  if (!firstStart && !acceptEmpty) {
    throw new Failure(
      'misconfigured',
      'redis.generation',
      found.every((marker) => marker === null)
        ? 'Redis is empty, but it was not when Packline last ran: restore it from its backup, or start once with --accept-empty'
        : 'this is not the Redis that Packline last ran on: correct REDIS_URL, or start once with --accept-empty',
    );
  }
  for (const key of markers) await redis.set(key, known);
  return known;
}

/** Whether this Redis is (still) the one we know. */
export async function generationHolds(redis: RedisClient, generation: string): Promise<boolean> {
  return (await redis.get(globalKeys.generation)) === generation;
}
