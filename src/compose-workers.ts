import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Base } from './compose.ts';
import { closeRedis, createRedis, type RedisClient } from './platform/redis.ts';
import { createBullQueues } from './queues/bull-queues.ts';
import { startDispatcher } from './queues/dispatcher.ts';
import { jobNames, type JobName } from './queues/jobs.ts';
import { runWorker, type RunnerDeps } from './queues/run-worker.ts';
import type { RunningWorker } from './queues/take-batches.ts';
import { nextSweep } from './queues/sweep.ts';
import { commit } from './store/commit.ts';
import { bury } from './queues/bury.ts';
import { noticeFailure } from './queues/report-failure.ts';
import catalogRead from '../workers/catalog-read.ts';
import catalogPull from '../workers/catalog-pull.ts';
import pullRead from '../workers/pull-read.ts';
import connectionCheck from '../workers/connection-check.ts';
import courierPosition from '../workers/courier-position.ts';
import deliveryAttempt from '../workers/delivery-attempt.ts';
import endpointProbe from '../workers/endpoint-probe.ts';
import documentsRead from '../workers/documents-read.ts';
import type { WorkerDeps } from './fulfilment/deps.ts';
import eventReplay from '../workers/event-replay.ts';
import feedPoll from '../workers/feed-poll.ts';
import fleetUpdate from '../workers/fleet-update.ts';
import fulfilmentRead from '../workers/fulfilment-read.ts';
import fulfilmentSubmit from '../workers/fulfilment-submit.ts';
import fulfilmentUpdate from '../workers/fulfilment-update.ts';
import hookKeysRead from '../workers/hook-keys-read.ts';
import issueTell from '../workers/issue-tell.ts';
import omsUpdate from '../workers/oms-update.ts';
import orderCancel from '../workers/order-cancel.ts';
import orderImport from '../workers/order-import.ts';
import orderReconcile from '../workers/order-reconcile.ts';
import overlapCheck from '../workers/overlap-check.ts';
import parcelAsk from '../workers/parcel-ask.ts';
import parcelFollow from '../workers/parcel-follow.ts';
import parcelPoll from '../workers/parcel-poll.ts';
import parcelRead from '../workers/parcel-read.ts';
import parcelSubscribe from '../workers/parcel-subscribe.ts';
import parcelTell from '../workers/parcel-tell.ts';
import runSend from '../workers/run-send.ts';
import stockReconcile from '../workers/stock-reconcile.ts';
import serviceCheck from '../workers/service-check.ts';
import serviceRequest from '../workers/service-request.ts';
import serviceUpdate from '../workers/service-update.ts';
import sweep from '../workers/sweep.ts';

type Runner = RunnerDeps<WorkerDeps>;

/** Every job's handler. */
const run: Record<JobName, (runner: Runner) => RunningWorker> = {
  'order-import': (runner) => runWorker(orderImport, runner),
  'fulfilment-submit': (runner) => runWorker(fulfilmentSubmit, runner),
  'fulfilment-update': (runner) => runWorker(fulfilmentUpdate, runner),
  'fleet-update': (runner) => runWorker(fleetUpdate, runner),
  'fulfilment-read': (runner) => runWorker(fulfilmentRead, runner),
  'documents-read': (runner) => runWorker(documentsRead, runner),
  'order-cancel': (runner) => runWorker(orderCancel, runner),
  'oms-update': (runner) => runWorker(omsUpdate, runner),
  'order-reconcile': (runner) => runWorker(orderReconcile, runner),
  'overlap-check': (runner) => runWorker(overlapCheck, runner),
  'feed-poll': (runner) => runWorker(feedPoll, runner),
  'connection-check': (runner) => runWorker(connectionCheck, runner),
  'courier-position': (runner) => runWorker(courierPosition, runner),
  'delivery-attempt': (runner) => runWorker(deliveryAttempt, runner),
  'endpoint-probe': (runner) => runWorker(endpointProbe, runner),
  'event-replay': (runner) => runWorker(eventReplay, runner),
  'catalog-read': (runner) => runWorker(catalogRead, runner),
  'stock-reconcile': (runner) => runWorker(stockReconcile, runner),
  'catalog-pull': (runner) => runWorker(catalogPull, runner),
  'pull-read': (runner) => runWorker(pullRead, runner),
  'hook-keys-read': (runner) => runWorker(hookKeysRead, runner),
  'parcel-follow': (runner) => runWorker(parcelFollow, runner),
  'parcel-poll': (runner) => runWorker(parcelPoll, runner),
  'parcel-ask': (runner) => runWorker(parcelAsk, runner),
  'parcel-read': (runner) => runWorker(parcelRead, runner),
  'parcel-subscribe': (runner) => runWorker(parcelSubscribe, runner),
  'parcel-tell': (runner) => runWorker(parcelTell, runner),
  'run-send': (runner) => runWorker(runSend, runner),
  'service-request': (runner) => runWorker(serviceRequest, runner),
  'service-check': (runner) => runWorker(serviceCheck, runner),
  'service-update': (runner) => runWorker(serviceUpdate, runner),
  'issue-tell': (runner) => runWorker(issueTell, runner),
  sweep: (runner) => runWorker(sweep, runner),
};

export interface RunningWorkers {
  /** Stops taking work, lets what runs finish until the deadline, aborts the rest (it goes back), closes everything. */
  stop(graceMs: number): Promise<void>;
}

/** Runs a dispatcher and the handlers of the named jobs (all by default) for every shard. */
export async function startWorkers(
  base: Base,
  deps: WorkerDeps,
  options: { only?: readonly JobName[] } = {},
): Promise<RunningWorkers> {
  const { log, clock, config, stores } = base;
  const shutdown = new AbortController();
  // Every job that runs listens.
  setMaxListeners(0, shutdown.signal);
  const connections: RedisClient[] = [];
  const connect = (): RedisClient => {
    const redis = createRedis(config.redisUrl ?? '', 'worker', log);
    connections.push(redis);
    return redis;
  };
  const names = options.only ?? jobNames;
  const blocking = connect();
  const workers: RunningWorker[] = [];
  const dispatchers = stores.map((store) => {
    const queues = createBullQueues(connect(), store.keys);
    return { ...startDispatcher(store, queues, { clock, log }), queues };
  });
  for (const store of stores) {
    await commit(store, { entries: [nextSweep('retention', clock.now()), nextSweep('quiet', clock.now())] });
    for (const name of names) {
      workers.push(
        run[name]({
          deps,
          store,
          redis: blocking,
          clock,
          log,
          random: Math.random,
          newRunId: randomUUID,
          bury: (buried) => bury(store, buried),
          notice: (failed) => noticeFailure(store, failed),
          observe: ({ durationMs, ...labels }) => base.metrics.jobs.observe(labels, durationMs / 1000),
          concurrencyMax: config.workerConcurrency,
          shutdown: shutdown.signal,
        }),
      );
    }
  }
  return {
    stop: async (graceMs) => {
      // Redis may be away: then nothing answers, and only the deadline ends the wait.
      await Promise.race([Promise.all(dispatchers.map((dispatcher) => dispatcher.stop())), clock.sleep(graceMs)]);
      const drained = Promise.allSettled(workers.map((worker) => worker.drain()));
      await Promise.race([drained, clock.sleep(graceMs)]);
      shutdown.abort();
      // Aborted jobs still have to give their work back; a Redis that is away must not hold the process.
      await Promise.race([drained, clock.sleep(2_000)]);
      await Promise.race([
        Promise.allSettled(dispatchers.flatMap(({ queues }) => [...queues.values()].map((queue) => queue.close()))),
        clock.sleep(1_000),
      ]);
      await Promise.all(connections.map((redis) => closeRedis(redis, 1_000)));
    },
  };
}
