import { randomUUID } from 'node:crypto';
import type { RedisClient } from '../../src/platform/redis.ts';
import { createKeys } from '../../src/store/keys.ts';

/** A job of this queue as BullMQ keeps one that failed: of no work. Answers its id. */
export async function makeFailedJob(
  client: RedisClient,
  queue: string,
  { shard = 0, reason = 'lost' } = {},
): Promise<string> {
  const prefix = `${createKeys(shard).queuePrefix}:${queue}`;
  const id = `failed-${randomUUID()}`;
  await client.hset(`${prefix}:${id}`, { name: queue, data: '{"entries":[]}', opts: '{}', timestamp: 1, finishedOn: 1, attemptsMade: 1, failedReason: reason }); // prettier-ignore
  await client.zadd(`${prefix}:failed`, 1, id);
  return id;
}
