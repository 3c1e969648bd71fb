import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { closeRedis, createRedis, type RedisClient } from '../../src/platform/redis.ts';
import { bury } from '../../src/queues/bury.ts';
import { createBullQueues, type BullQueues } from '../../src/queues/bull-queues.ts';
import { startDispatcher, type Dispatcher } from '../../src/queues/dispatcher.ts';
import type { RunnerDeps, RunningWorker } from '../../src/queues/run-worker.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
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
