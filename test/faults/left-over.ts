import { setTimeout as delay } from 'node:timers/promises';
import { createKeys } from '../../src/store/keys.ts';
import type { RedisClient } from '../../src/platform/redis.ts';
import { withRedis } from './world.ts';

/** Work that comes round by itself for ever. */
const recurring = new Set(['sweep', 'feed-poll', 'connection-check']);

/**
 * Work that is under way or due when nothing should be, as `job id`. What follows the end of an order (a last note to the
 * OMS) takes a moment, and is waited for; a look that is planned for later is not left over.
 */
export async function findLeftOver(redisUrl: string, shards: number): Promise<string[]> {
  return withRedis(redisUrl, async (redis) => {
    let left: string[] = [];
    for (let tries = 0; tries < 120; tries += 1) {
      left = await findWork(redis, shards, 0);
      if (left.length === 0) break;
      await delay(250);
    }
    return left;
  });
}

/** Work that is under way, or due within so long. */
export async function findWork(redis: RedisClient, shards: number, withinMs: number): Promise<string[]> {
  const found: string[] = [];
  for (let shard = 0; shard < shards; shard += 1) found.push(...(await look(redis, shard, Date.now() + withinMs)));
  return found;
}

async function look(redis: RedisClient, shard: number, dueByMs: number): Promise<string[]> {
  const { tag, entries } = createKeys(shard);
  const found: string[] = [];
  for (const [id, raw] of Object.entries(await redis.hgetall(entries))) {
    const entry = JSON.parse(raw) as { job: string; lane: string; class: number };
    if (recurring.has(entry.job)) continue;
    const dueMs = await redis.zscore(`${tag}:lane:${entry.lane}:${entry.class}`, id);
    if (dueMs === null || Number(dueMs) <= dueByMs) found.push(`${entry.job} ${id}`);
  }
  return found;
}
