import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { createConnectorIo } from './connectors/create-io.ts';
import { fulfilmentConnectors, vocabularies } from './connectors/fulfilment/registry.ts';
import type { FulfilmentConnector } from './connectors/fulfilment/port.ts';
import { Failure } from './domain/failure.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { createEgress } from './platform/egress.ts';
import { createHttp, type Http } from './platform/http.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { readOrCreatePrivateFile } from './platform/private-file.ts';
import { createRedis, untilRedisReady, type RedisClient, type RedisProfile } from './platform/redis.ts';
import { assertDurable } from './platform/redis-durability.ts';
import { loadOrCreateSecretKey } from './platform/secret-key.ts';
import { createKeyring } from './platform/secrets.ts';
import { openConnection, readConnection } from './store/connections.ts';
import type { RetentionSettings, StoreDeps } from './store/deps.ts';
import { claimGeneration } from './store/generation.ts';
import { createKeys, globalKeys } from './store/keys.ts';
import { configureLane, takeSlot, throttleLane } from './store/lanes.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { OpenFulfilment, WorkerDeps } from './fulfilment/deps.ts';

export const { version: packageVersion } = packageJson;
const daySeconds = 24 * 3600;
const redisWaitMs = 20_000;

/** What every Packline process is made of. */
export interface Base {
  config: Config;
  log: Log;
  clock: Clock;
  metrics: Metrics;
  http: Http;
  egress: ReturnType<typeof createEgress>;
  redis: RedisClient;
  /** One per shard, over `redis`. */
  stores: readonly StoreDeps[];
}

/** Everything from configuration, in the order in which it can fail: keys, Redis and its durability, its generation. */
export async function composeBase(
  config: Config,
  process: { name: string; profile: RedisProfile; acceptEmpty?: boolean; clock?: Clock; log?: Log },
): Promise<Base> {
  const { clock = systemClock, log = createLog({ level: config.logLevel, name: process.name }) } = process;
  if (config.redisUrl === undefined) throw new Failure('misconfigured', 'config.invalid', 'REDIS_URL is not set');
  const current = await loadOrCreateSecretKey(config);
  const keyring = createKeyring({ current, previous: config.previousSecretKeys });
  const redis = createRedis(config.redisUrl, process.profile, log);
  await untilRedisReady(redis, redisWaitMs);
  await assertDurable(redis, { trusted: config.redisTrusted, allowLossy: config.allowLossyRedis || config.sandbox });
  const shards = Array.from({ length: config.shards }, (_, shard) => createKeys(shard));
  const generation = await knowGeneration(config, redis, shards, process.acceptEmpty ?? false);
  const retention: RetentionSettings = {
    orderSeconds: config.orderRetentionDays * daySeconds,
    eventSeconds: config.eventRetentionDays * daySeconds,
    inboxSeconds: config.inboxRetentionDays * daySeconds,
    idempotencySeconds: daySeconds,
  };
  const sandboxTargets = config.sandbox ? [`127.0.0.1:${config.sandboxPort}`] : [];
  const egress = createEgress({ allow: [...config.egressAllow, ...sandboxTargets] });
  return {
    config,
    log,
    clock,
    metrics: createMetrics(),
    http: createHttp({ egress, userAgent: `Packline/${packageVersion}` }),
    egress,
    redis,
    stores: shards.map((keys) => ({ redis, keys, clock, generation, keyring, retention })),
  };
}

/** The marker's other half lies in PACKLINE_HOME, where a Redis that came back empty cannot take it along. */
async function knowGeneration(
  config: Config,
  redis: RedisClient,
  shards: readonly ReturnType<typeof createKeys>[],
  acceptEmpty: boolean,
): Promise<string> {
  const path = join(config.home, 'generation');
  const present = await redis.get(globalKeys.generation);
  const fresh = present ?? randomUUID();
  const known = (await readOrCreatePrivateFile(path, () => fresh)).trim();
  const claim = () => claimGeneration(redis, shards, { known, acceptEmpty, firstStart: known === fresh });
  // Several processes of a first start: one makes the file, and its marker is a moment behind it.
  return pRetry(claim, { retries: 5, minTimeout: 200, factor: 1.5 });
}

/** Rates of one account are shared by all who call it, whatever connection they hold. */
export const laneOf = (connector: FulfilmentConnector, settings: unknown, budget: string): string => {
  const account = createHash('sha256').update(connector.account(settings)).digest('hex').slice(0, 16);
  return `${connector.id}.${account}.${budget}`;
};

export const defaultBudget = 'default';

/** Opens fulfilment connections: settings unsealed and checked, budgets known to the governor, io bound to a signal. */
export function createOpener({ http, clock, metrics }: Pick<Base, 'http' | 'clock' | 'metrics'>) {
  /** The limit that each lane was last told of. */
  const told = new Map<string, string>();

  return async function openFulfilment(
    store: StoreDeps,
    merchantId: string,
    connectionId: string,
    signal: AbortSignal,
    options: { evenPaused?: boolean } = {},
  ): Promise<OpenFulfilment> {
    const record = await readConnection(store, merchantId, connectionId);
    const connector = record === null ? undefined : fulfilmentConnectors.get(record.connector);
    if (record === null || connector === undefined) {
      throw new Failure('misconfigured', 'connection.missing', 'this connection is not there any more', {
        detail: { connectionId },
      });
    }
    if (record.paused && options.evenPaused !== true) {
      throw new Failure('throttled', 'connection.paused', 'this connection is paused', {
        retryAfterMs: 30_000,
        detail: { connectionId },
      });
    }
    const parsed = connector.settings.safeParse(openConnection(store, record).settings);
    if (!parsed.success) {
      throw new Failure('misconfigured', 'connection.settings', 'the settings of this connection are not complete', {
        detail: { connectionId, fields: parsed.error.issues.map((issue) => issue.path.join('.')) },
      });
    }
    const settings = parsed.data;
    for (const [budget, limit] of Object.entries(connector.budgets(settings))) {
      const lane = laneOf(connector, settings, budget);
      const mark = `${limit.calls}/${limit.perMs}`;
      if (told.get(lane) === mark) continue;
      await configureLane(store, lane, limit);
      told.set(lane, mark);
    }
    const io = createConnectorIo(
      {
        http,
        clock,
        budget: {
          take: (lane, waitMaxMs) => takeSlot(store, lane, waitMaxMs),
          throttle: (lane, pauseMs) => throttleLane(store, lane, pauseMs),
        },
        report: ({ durationMs, ...labels }) => metrics.partnerCalls.observe(labels, durationMs / 1000),
      },
      { connector: connector.id, laneOf: (budget) => laneOf(connector, settings, budget), signal },
    );
    const connection = connector.connect(settings, io);
    return { record, connector, connection, lane: laneOf(connector, settings, defaultBudget) };
  };
}

export const composeWorkerDeps = (base: Base): WorkerDeps => ({
  vocabularies,
  http: base.http,
  random: Math.random,
  openFulfilment: createOpener(base),
});
