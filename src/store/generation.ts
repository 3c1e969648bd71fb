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
  const [count, ...found] = await Promise.all([redis.get(globalKeys.shards), ...markers.map((key) => redis.get(key))]);
  if (found.every((marker) => marker === known)) return known;
  // Shards may be added; one that was in use before and has no marker has lost its data.
  const inUse = found.slice(0, 1 + Number(count ?? 0));
  const holds = firstStart && (count === null || inUse.every((marker) => marker === known));
  const isGrowing = !firstStart && count !== null && inUse.every((marker) => marker === known);
  if (!holds && !isGrowing && !acceptEmpty) {
    throw new Failure(
      'misconfigured',
      'redis.generation',
      found.every((marker) => marker === null)
        ? 'Redis is empty, but it was not when Packline last ran: restore it from its backup, or start once with --accept-empty'
        : 'this is not the Redis that Packline last ran on, or a part of it has lost its data: correct REDIS_URL or restore it, or start once with --accept-empty',
    );
  }
  for (const key of markers) await redis.set(key, known);
  await redis.set(globalKeys.shards, shards.length);
  return known;
}

/** Whether this Redis is (still) the one we know. */
export async function generationHolds(redis: RedisClient, generation: string): Promise<boolean> {
  return (await redis.get(globalKeys.generation)) === generation;
}
