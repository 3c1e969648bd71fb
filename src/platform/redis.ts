import { setImmediate as nextTurn } from 'node:timers/promises';
import { Cluster, Redis, type DNSLookupFunction, type RedisOptions } from 'ioredis';
import { Failure } from '../domain/failure.ts';
import type { Log } from './log.ts';
import { RedisTargetSchema, redisUrlForms, type RedisTarget } from './redis-url.ts';

/** A connection to one Redis (Sentinel's master included) or to a cluster. Both take the same commands. */
export type RedisClient = Redis | Cluster;

/**
 * What a connection does when Redis is away.
 * - `producer` fails within about a second, so that ingress can answer 503. A command may have landed all the same:
 *   whoever sends it again sends the same id.
 * - `worker` waits as long as it takes. It never has a command timeout: that would cut BullMQ's blocking reads short.
 */
export type RedisProfile = 'producer' | 'worker';

const profiles = {
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1_000 },
  worker: { enableOfflineQueue: true, maxRetriesPerRequest: null },
} as const satisfies Record<RedisProfile, RedisOptions>;

/** How often a cluster is asked again, 100 ms apart, by a command that found nobody to serve it. */
const clusterTries: Record<RedisProfile, number> = { producer: 10, worker: Infinity };
/** A master that hangs says nothing, MOVED included: who has taken its place is asked for this often. */
const clusterLookMs = 3_000;

/** 50 ms, doubled up to 500 ms: a Redis that is back is used again within a second. */
const reconnectDelayMs = (attempt: number): number => Math.min(25 * 2 ** Math.min(attempt, 10), 500);

/**
 * A connection to `url` (see `redisUrlForms`), opened at once. It reconnects by itself for ever; each loss and each
 * return is logged once. End it with `closeRedis`.
 */
export function createRedis(url: string, profile: RedisProfile, log: Log): RedisClient {
  const parsed = RedisTargetSchema.safeParse(url);
  if (!parsed.success) throw new Failure('misconfigured', 'redis.url_invalid', `REDIS_URL must be ${redisUrlForms}`);
  const client = connect(parsed.data, profile);
  logStateChanges(client, log.child({ profile }));
  return client;
}

/**
 * Ends a connection: lets what was sent finish, at most until `deadlineMs`. Never rejects: QUIT waits without end on a
 * worker's connection whose Redis is away.
 */
export async function closeRedis(client: RedisClient, deadlineMs: number): Promise<void> {
  if (client.status === 'end') return;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([client.quit().catch(() => undefined), deadline]);
  clearTimeout(timer);
  client.disconnect();
}

/** Resolves when commands can be sent; throws `redis.unreachable` (transient) after `deadlineMs`. */
export async function untilRedisReady(client: RedisClient, deadlineMs: number): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const onReady = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      client.off('ready', onReady);
      reject(new Failure('transient', 'redis.unreachable', `Redis did not answer within ${deadlineMs} ms`));
    }, deadlineMs);
    client.once('ready', onReady);
  });
}

function connect(target: RedisTarget, profile: RedisProfile): RedisClient {
  const { enableOfflineQueue, ...perRequest } = profiles[profile];
  const options = {
    ...perRequest,
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    connectTimeout: 3_000,
    // A server that hangs never says goodbye; what waits for it must not wait for that too.
    disconnectTimeout: 500,
    // Asked this often whether a starting Redis has loaded its data; ioredis would wait up to 10 s.
    maxLoadingRetryTime: 500,
    // After a failover the old master answers READONLY: a new connection finds the new one.
    reconnectOnError: reconnectWhenReadonly(),
  } satisfies RedisOptions;
  const single = { ...options, enableOfflineQueue, retryStrategy: reconnectDelayMs } satisfies RedisOptions;
  if (target.form === 'sentinel') {
    const redis = new Redis({
      ...single,
      sentinels: target.sentinels,
      name: target.master,
      db: target.db,
      sentinelRetryStrategy: reconnectDelayMs,
      failoverDetector: true,
      ...(target.sentinelPassword === undefined ? {} : { sentinelPassword: target.sentinelPassword }),
      ...(target.tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    });
    return gatherWrites(redis);
  }
  if (target.form === 'cluster') {
    const cluster = new Cluster(target.nodes, {
      enableOfflineQueue,
      redisOptions: options,
      clusterRetryStrategy: reconnectDelayMs,
      maxRedirections: clusterTries[profile],
      slotsRefreshInterval: clusterLookMs,
      // Certificates name hosts: with TLS the name must reach the handshake unresolved.
      ...(target.tls ? { dnsLookup: keepName } : {}),
    });
    cluster.on('+node', gatherWrites);
    return cluster;
  }
  return gatherWrites(new Redis({ ...single, ...target.node, db: target.db }));
}

/**
 * Commands of one turn of the event loop leave in one write: each write costs both sides a system call, and Redis one
 * fsync for every batch that it reads. (ioredis' own automatic pipelining waits for the whole of one pipeline before it
 * sends the next, and takes more time than it saves.)
 */
function gatherWrites(client: Redis): Redis {
  const sendCommand = client.sendCommand.bind(client);
  client.sendCommand = (...command) => {
    const { stream } = client;
    if (stream?.writableCorked === 0) {
      stream.cork();
      setImmediate(() => stream.uncork());
    }
    return sendCommand(...command);
  };
  return client;
}

/**
 * Resolves when what was asked in this turn of the event loop has left: for who keeps the processor busy next, while Redis is
 * to work.
 */
export async function untilSent(): Promise<void> {
  await nextTurn();
  // The turn's writes go out at its end, which may come after ours.
  await nextTurn();
}

/** Hundreds of commands are refused at once, and ioredis would end the same connection for each of them. */
function reconnectWhenReadonly(): (error: Error) => boolean {
  const pauseMs = 500;
  let lastMs = -Infinity;
  return ({ message }) => {
    if (!message.startsWith('READONLY') || performance.now() - lastMs < pauseMs) return false;
    lastMs = performance.now();
    return true;
  };
}

const keepName: DNSLookupFunction = (name, done) => done(null, name);

function logStateChanges(client: RedisClient, log: Log): void {
  let isReachable: boolean | undefined;
  client.on('ready', () => {
    if (isReachable !== true) log.info('redis.connected');
    isReachable = true;
  });
  const onLoss = (error?: Error) => {
    if (isReachable !== false) log.error({ reason: error?.message ?? 'connection closed' }, 'redis.lost');
    isReachable = false;
  };
  client.on('error', onLoss);
  // A server that closes in good order raises no error.
  client.on('reconnecting', () => onLoss());
}
