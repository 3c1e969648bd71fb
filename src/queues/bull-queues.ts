import { Queue } from 'bullmq';
import type { RedisClient } from '../platform/redis.ts';
import type { Keys } from '../store/keys.ts';
import { jobNames, type JobName } from './jobs.ts';

/** What BullMQ carries: entries of one job, handed over together. All else is read where they are begun. */
export interface QueuedBatch {
  entries: readonly HandedEntry[];
}
export interface HandedEntry {
  id: string;
  attempt: number;
  /** Runs of it that were lost, each with its process. */
  lostRuns: number;
}

/**
 * BullMQ distributes, and holds what no process has room for. Nothing depends on how long it keeps a job: entries are the
 * truth, so little is kept, and retries are never its own (`attempts` 1).
 */
export const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: { count: 100 } } as const;

export type BullQueue = Queue<QueuedBatch>;
export type BullQueues = ReadonlyMap<JobName, BullQueue>;

/** What the queues of each shard are called among those of all: `shard-1.sweep`; with one shard as they are. */
export const shardPrefix = (shards: readonly BullQueues[], shard: number): string =>
  shards.length > 1 ? `shard-${shard}.` : '';

/** The queue that is called so among those of all shards. */
export const findQueue = (shards: readonly BullQueues[], name: string): BullQueue | undefined =>
  shards
    .flatMap((queues, shard) => [...queues.values()].map((queue) => ({ queue, of: shardPrefix(shards, shard) })))
    .find(({ queue, of }) => of + queue.name === name)?.queue;

export function createBullQueues(redis: RedisClient, keys: Keys): BullQueues {
  const make = (name: JobName) => {
    const queue = new Queue<QueuedBatch>(name, {
      connection: redis,
      prefix: keys.queuePrefix,
      defaultJobOptions: jobOptions,
      streams: { events: { maxLen: 100 } },
      skipVersionCheck: true,
    });
    // Connections report their own losses, once; without a listener each would be printed here as well.
    queue.on('error', () => undefined);
    return queue;
  };
  return new Map(jobNames.map((name) => [name, make(name)]));
}
