import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { createConnections } from './compose-connections.ts';
import { vocabularies } from './connectors/registry.ts';
import { Failure } from './domain/failure.ts';
import type { Blobs } from './platform/blobs.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { openBlobs } from './platform/open-blobs.ts';
import { createEgress } from './platform/egress.ts';
import { createHttp, type Http } from './platform/http.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { readOrCreatePrivateFile } from './platform/private-file.ts';
import { startTracing } from './platform/open-telemetry.ts';
import { openPrivateLog, type PrivateLog } from './platform/private-log.ts';
import { closeRedis, createRedis, untilRedisReady, type RedisClient, type RedisProfile } from './platform/redis.ts';
import { assertDurable } from './platform/redis-durability.ts';
import { loadOrCreateSecretKey } from './platform/secret-key.ts';
import { createKeyring } from './platform/secrets.ts';
import type { RetentionSettings, StoreDeps } from './store/deps.ts';
import { claimGeneration } from './store/generation.ts';
import { createHighWater, type HighWater } from './store/high-water.ts';
import { createKeys, globalKeys } from './store/keys.ts';
import { createReplicas } from './store/replicas.ts';
import { replayErasures } from './store/replay-erasures.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { WorkerDeps } from './fulfilment/deps.ts';

export const { version: packageVersion } = packageJson;
const daySeconds = 24 * 3600;
const redisWaitMs = 20_000;
export const generationPath = (home: string): string => join(home, 'generation');
export const highWaterPath = (home: string): string => join(home, 'high-water');

/** What every Packline process is made of. */
export interface Base {
  config: Config;
  log: Log;
  clock: Clock;
  metrics: Metrics;
  http: Http;
  /** Where uploads are spooled. */
  blobs: Blobs;
  egress: ReturnType<typeof createEgress>;
  redis: RedisClient;
  /** One per shard, over `redis`. */
  stores: readonly StoreDeps[];
  /** Outside of Redis: what a restore must not bring back. */
  erasureLog: PrivateLog;
  /** While a process runs: ends it in good order when Redis goes back in time; started again, it stays shut. */
  watchHighWater: () => ReturnType<HighWater['watch']>;
  /** Ends all connections; commands under way have until the deadline. */
  close(deadlineMs: number): Promise<void>;
}

/** Everything from configuration, in the order in which it can fail: keys, Redis and its durability, its generation, its age, erasures. */
export async function composeBase(
  config: Config,
  process: {
    name: string;
    profile: RedisProfile;
    acceptEmpty?: boolean;
    acceptRestored?: boolean;
    /** By default; false for who does it himself. */
    replaysErasures?: boolean;
    clock?: Clock;
    log?: Log;
  },
): Promise<Base> {
  const {
    clock = systemClock,
    log = createLog({ level: config.logLevel, name: process.name, traced: config.otlpEndpoint !== undefined }),
  } = process;
  if (config.redisUrl === undefined) throw new Failure('misconfigured', 'config.invalid', 'REDIS_URL is not set');
  const stopTracing = await traceAs(process.name, config);
  const current = await loadOrCreateSecretKey(config);
  const keyring = createKeyring({ current, previous: config.previousSecretKeys });
  const redis = createRedis(config.redisUrl, process.profile, log);
  const waiting = config.waitReplicas === 0 ? undefined : createRedis(config.redisUrl, process.profile, log);
  const replicas = waiting === undefined ? undefined : createReplicas(waiting, config.waitReplicas);
  const clients = [redis, ...(waiting === undefined ? [] : [waiting])];
  await Promise.all(clients.map((client) => untilRedisReady(client, redisWaitMs)));
  await assertDurable(redis, { trusted: config.redisTrusted, allowLossy: config.allowLossyRedis || config.sandbox });
  const shards = Array.from({ length: config.shards }, (_, shard) => createKeys(shard));
  const generation = await knowGeneration(config, redis, shards, process.acceptEmpty ?? false);
  const acceptRestored = (process.acceptRestored ?? false) || (process.acceptEmpty ?? false);
  const failoverMaxMs = config.failoverSeconds * 1_000;
  const path = highWaterPath(config.home);
  const highWater = createHighWater({ redis, replicas }, { shards, generation, path, failoverMaxMs });
  const { gap } = await highWater.claim({ acceptRestored });
  if (gap !== null) log.warn(gap, acceptRestored ? 'redis.restoredAccepted' : 'redis.setBack');
  const retention: RetentionSettings = {
    orderSeconds: config.orderRetentionDays * daySeconds,
    eventSeconds: config.eventRetentionDays * daySeconds,
    inboxSeconds: config.inboxRetentionDays * daySeconds,
    idempotencySeconds: daySeconds,
    runSeconds: config.runRetentionDays * daySeconds,
    rowSeconds: config.rowRetentionDays * daySeconds,
  };
  const stores = shards.map((keys): StoreDeps => ({ redis, replicas, keys, clock, generation, keyring, retention }));
  const erasureLog = openPrivateLog(join(config.home, 'erasures.log'));
  const replay = async (): Promise<void> => {
    if (process.replaysErasures !== false) await bringErasures(redis, stores, erasureLog, log);
  };
  await replay();
  const sandboxTargets = config.sandbox ? [`127.0.0.1:${config.sandboxPort}`] : [];
  const egress = createEgress({ allow: [...config.egressAllow, ...sandboxTargets] });
  const http = createHttp({ egress, userAgent: `Packline/${packageVersion}` });
  return {
    config,
    log,
    clock,
    metrics: createMetrics(),
    http,
    blobs: openBlobs(config, { http, clock }),
    egress,
    redis,
    stores,
    erasureLog,
    watchHighWater: () =>
      highWater.watch({
        onRewound: (failure) =>
          setImmediate(() => {
            throw failure;
          }),
        onSetBack: async (lost) => {
          log.warn(lost, 'redis.setBack');
          await replay();
        },
      }),
    close: async (deadlineMs) => {
      await http.close();
      await stopTracing();
      await Promise.all(clients.map((client) => closeRedis(client, deadlineMs)));
    },
  };
}

/** OpenTelemetry is loaded where it is wanted. */
async function traceAs(
  service: string,
  { otlpEndpoint: endpoint, traceRatio: ratio, tracePartners: tells }: Config,
): Promise<() => Promise<void>> {
  if (endpoint === undefined) return () => Promise.resolve();
  return startTracing({ endpoint, ratio, tells, service, version: packageVersion });
}

/** Before anything is served: a Redis that was restored knows persons who were erased since its backup. */
async function bringErasures(
  redis: RedisClient,
  stores: readonly StoreDeps[],
  erasureLog: PrivateLog,
  log: Log,
): Promise<void> {
  const { path } = erasureLog;
  const { applied, unreadable } = await replayErasures(redis, stores, await erasureLog.read());
  if (applied > 0) log.warn({ applied, path }, 'erasures.replayed');
  if (unreadable.length > 0) log.error({ lines: unreadable, path }, 'erasures.unreadable');
}

/** The marker's other half lies in PACKLINE_HOME, where a Redis that came back empty cannot take it along. */
async function knowGeneration(
  config: Config,
  redis: RedisClient,
  shards: readonly ReturnType<typeof createKeys>[],
  acceptEmpty: boolean,
): Promise<string> {
  const path = generationPath(config.home);
  const present = await redis.get(globalKeys.generation);
  const fresh = present ?? randomUUID();
  const known = (await readOrCreatePrivateFile(path, () => fresh)).trim();
  const claim = () => claimGeneration(redis, shards, { known, acceptEmpty, firstStart: known === fresh });
  // Several processes of a first start: one makes the file, and its marker is a moment behind it.
  return pRetry(claim, { retries: 5, minTimeout: 200, factor: 1.5 });
}

export function composeWorkerDeps(base: Base): WorkerDeps {
  const { lanesOf: _, ...connections } = createConnections(base, base.config);
  return {
    vocabularies,
    http: base.http,
    blobs: base.blobs,
    random: Math.random,
    baseUrl: base.config.baseUrl,
    retirePercentMax: base.config.retirePercentMax,
    countUnmapped: (connector, words) => base.metrics.unmappedWords.inc({ connector }, words),
    countDelivery: (outcome) => base.metrics.deliveries.inc({ outcome }),
    countItems: (kind, verdict, rows) => base.metrics.items.inc({ kind, verdict }, rows),
    quietAfterMs: base.config.quietSeconds * 1_000,
    reconcileEveryMs: base.config.reconcileHours * 3_600_000,
    ...connections,
  };
}
