import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, vi } from 'vitest';
import { closeRedis, createRedis, type RedisClient } from '../../src/platform/redis.ts';
import { bury } from '../../src/queues/bury.ts';
import { createBullQueues, type BullQueues } from '../../src/queues/bull-queues.ts';
import { startDispatcher, type Dispatcher } from '../../src/queues/dispatcher.ts';
import { makeEntry, type Job, type JobPolicy } from '../../src/queues/define-job.ts';
import { fulfilmentSubmit } from '../../src/queues/fulfilment-submit.ts';
import { noticeFailure } from '../../src/queues/report-failure.ts';
import { defineWorker, runWorker, type JobContext, type RunnerDeps } from '../../src/queues/run-worker.ts';
import type { RunningWorker } from '../../src/queues/take-batches.ts';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { countEntries, freeLane } from '../../src/store/entries.ts';
import { captureLog, type CapturedLog } from '../support/captured-log.ts';

export interface RunningQueue {
  dispatcher: Dispatcher;
  workers: readonly RunningWorker[];
  queues: BullQueues;
  /** How each run ended, in order. */
  outcomes: string[];
  log: CapturedLog;
  /** As at the end of a process. */
  readonly shutdown: () => void;
}

/** A dispatcher and handlers on a real Redis and the real BullMQ, until the running test is over. */
export function runQueue(
  url: string,
  store: StoreDeps,
  run: readonly ((runner: RunnerDeps<null>) => RunningWorker)[],
  concurrencyMax = 1_000,
): RunningQueue {
  const log = captureLog();
  const connections: RedisClient[] = [];
  const connect = (): RedisClient => {
    const redis = createRedis(url, 'worker', log.log);
    connections.push(redis);
    return redis;
  };
  const outcomes: string[] = [];
  const ending = new AbortController();
  const { clock } = store;
  const queues = createBullQueues(connect(), store.keys);
  const runner: RunnerDeps<null> = {
    deps: null,
    store,
    redis: connect(),
    clock,
    log: log.log,
    random: () => 0,
    newRunId: randomUUID,
    bury: (entry) => bury(store, entry),
    notice: (entry) => noticeFailure(store, entry),
    observe: ({ outcome }) => void outcomes.push(outcome),
    concurrencyMax,
    shutdown: ending.signal,
  };
  const workers = run.map((start) => start(runner));
  const dispatcher = startDispatcher(store, queues, { clock, log: log.log });
  onTestFinished(async () => {
    await dispatcher.stop();
    ending.abort();
    await Promise.all(workers.map((worker) => worker.drain()));
    await Promise.all([...queues.values()].map((queue) => queue.close()));
    await Promise.all(connections.map((redis) => closeRedis(redis, 1_000)));
  });
  return { dispatcher, workers, queues, outcomes, log, shutdown: () => ending.abort() };
}

type Payload = { orderId: string };
export type Handle = (payload: Payload, context: JobContext<null>) => Promise<void>;

/** Runs one kind of job, `fulfilment-submit`, by this handler. */
export function runJobs(
  url: string,
  store: StoreDeps,
  handle: Handle,
  options: { policy?: Partial<JobPolicy>; concurrencyMax?: number } = {},
): RunningQueue {
  const job: Job<Payload> = { ...fulfilmentSubmit, policy: { ...fulfilmentSubmit.policy, ...options.policy } };
  return runQueue(url, store, [(runner) => runWorker(defineWorker(job, handle), runner)], options.concurrencyMax);
}

/** Work for such a handler. Answers its ids. */
export async function pushJobs(store: StoreDeps, count = 1): Promise<string[]> {
  const entries = Array.from({ length: count }, () =>
    makeEntry(fulfilmentSubmit, { orderId: newId('order', store.clock) }, { lane: freeLane }),
  );
  await commit(store, { entries });
  return entries.map(({ id }) => id);
}

export const patience = { timeout: 10_000, interval: 10 };

/** Until there is as much work as this, and no other. */
export const untilWork = (store: StoreDeps, counts: Partial<Record<'waiting' | 'leased' | 'dead', number>>) =>
  vi.waitFor(
    async () => expect(await countEntries(store)).toEqual({ waiting: 0, leased: 0, dead: 0, ...counts }),
    patience,
  );
