import { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './redis.ts';

/** One of the servers behind a connection. */
export interface RedisServer {
  client: Redis;
  isReplica: boolean;
  /** `host:port`, where there are several. */
  node?: string;
}

/** Every server that takes writes. */
export const mastersOf = (redis: RedisClient): Redis[] => (redis instanceof Cluster ? redis.nodes('master') : [redis]);

/**
 * Looks at each server of a cluster, or at Sentinel's master and its replicas: any of them may be the master in a moment.
 * Of a single Redis only that one is known.
 */
export async function lookAtServers<T>(redis: RedisClient, look: (server: RedisServer) => Promise<T>): Promise<T[]> {
  if (redis instanceof Cluster) {
    const servers = [
      ...redis.nodes('master').map((client) => ({ client, isReplica: false })),
      ...redis.nodes('slave').map((client) => ({ client, isReplica: true })),
    ];
    return Promise.all(servers.map((server) => look({ ...server, node: nodeOf(server.client) })));
  }
  if (typeof redis.options.name !== 'string') return [await look({ client: redis, isReplica: false })];
  const { host = '', port = 0 } = addressOf(redis);
  const replicas = readReplicas(await redis.info('replication'));
  return Promise.all([
    look({ client: redis, isReplica: false, node: `${host}:${port}` }),
    ...replicas.map((replica) => lookAtReplica(redis, replica, look)),
  ]);
}

const nodeOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

/** Where Sentinel has led this connection. */
const addressOf = ({ stream }: Redis): { host?: string | undefined; port?: number | undefined } => ({
  host: stream.remoteAddress,
  port: stream.remotePort,
});

function readReplicas(replication: string): { host: string; port: number }[] {
  return [...replication.matchAll(/^slave\d+:ip=([^,]+),port=(\d+),/gm)].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }));
}

/** Through a connection of its own, opened as the master's was. */
async function lookAtReplica<T>(
  master: Redis,
  address: { host: string; port: number },
  look: (server: RedisServer) => Promise<T>,
): Promise<T> {
  const { username, password, tls, connectTimeout } = master.options;
  const client = new Redis({
    ...address,
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof password === 'string' ? { password } : {}),
    ...(tls === undefined ? {} : { tls }),
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  });
  // Who looks hears of it by his commands.
  client.on('error', () => undefined);
  try {
    return await look({ client, isReplica: true, node: nodeOf(client) });
  } finally {
    client.disconnect();
  }
}
