import { Queue } from 'bullmq';
import type { RedisClient } from '../platform/redis.ts';
import type { Keys } from '../store/keys.ts';
import { jobNames, type JobName } from './jobs.ts';

/** What BullMQ carries: which entry, which hand-over of it, and its payload of references. */
export interface QueuedJob {
  entryId: string;
  attempt: number;
  tries: number;
  lane: string;
  payload: unknown;
}

/**
 * BullMQ distributes, limits concurrency, notices dead workers and feeds dashboards. Nothing depends on how long it keeps
 * a job: entries are the truth, so little is kept, and retries are never its own (`attempts` 1).
 */
const jobOptions = { attempts: 1, removeOnComplete: { count: 100 }, removeOnFail: { count: 500 } } as const;

export type BullQueues = ReadonlyMap<JobName, Queue<QueuedJob>>;

export function createBullQueues(redis: RedisClient, keys: Keys): BullQueues {
  const make = (name: JobName) => {
    const queue = new Queue<QueuedJob>(name, {
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
