import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startBoundProcess, type BoundProcess } from '../../src/platform/bound-process.ts';
import { cacheHome } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { createLog } from '../../src/platform/log.ts';
import { findRedisBinary } from '../../src/platform/redis-binary.ts';
import { createRedisNodes, loopback, until, type RedisNode } from './redis-nodes.ts';

const sentinelsWanted = 3;
const quorum = 2;
const masterName = 'main';
/** A master that is silent for this long is failed over: longer than a busy machine stalls. */
const downAfterMs = 2_000;
const failoverTimeoutMs = 3_000;
/** Longer than it takes; who was paused is disconnected by then. */
const pauseMs = 20_000;

/** A master, its replicas and three Sentinels on loopback, to be killed and failed over. */
export interface RedisSentinel {
  /** As `REDIS_URL` takes it. */
  readonly url: string;
  readonly nodes: readonly RedisNode[];
  /** Whom the Sentinels call the master. */
  master(): Promise<RedisNode>;
  /** SIGKILL; resolves when a replica was promoted and the other replica follows it. */
  killMaster(): Promise<void>;
  /** It hangs, and stays so until `restart`. */
  freezeMaster(): Promise<void>;
  /** As an operator may ask for it (SENTINEL FAILOVER): the old master takes writes until it is told, and they are lost. */
  failover(): Promise<void>;
  /** As an operator should: nothing is written while it happens. */
  switchOver(): Promise<void>;
  /** From now on replicas hear nothing of the master, until it dies or `restart`. */
  cutReplication(): Promise<void>;
  /** Starts again what was killed, thaws what hangs, mends the replication; resolves when all replicas are in step. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedisSentinel({
  home,
  replicas = 2,
  directives = {},
}: {
  home: string;
  replicas?: number;
  directives?: Record<string, string>;
}): Promise<RedisSentinel> {
  const servers = createRedisNodes(home);
  const shared = { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '1', ...directives };
  const first = await servers.start('node-0', { directives: shared });
  const nodes = [first];
  for (let n = 1; n <= replicas; n += 1) {
    const replica = await servers.start(`node-${n}`, { directives: shared });
    await follow(replica, first);
    nodes.push(replica);
  }
  await until('replicas are in step', () => areInStep(nodes, first));
  const sentinels = await Promise.all(
    Array.from({ length: sentinelsWanted }, (_, n) =>
      startSentinel(join(home, `sentinel-${n}`), first.port, servers.password),
    ),
  );

  const master = async (): Promise<RedisNode> => {
    const named = await Promise.all(
      sentinels.map(({ client }) => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)),
    );
    const ports = new Set(named.map((address) => (Array.isArray(address) ? Number(address[1]) : 0)));
    const found = nodes.find(({ port }) => ports.has(port));
    if (found === undefined || ports.size > 1) throw new Error('the Sentinels do not agree');
    return found;
  };
  const untilPromoted = (before: RedisNode): Promise<void> =>
    until('a replica was promoted, and is followed', async () => {
      const now = await master();
      const others = nodes.filter((node) => node !== before && node.isUp());
      return now !== before && (await areInStep(others, now));
    });

  const mendReplication = async (): Promise<void> => {
    const up = nodes.filter((node) => node.isUp());
    await Promise.all(up.map(({ client }) => client.config('SET', 'masterauth', servers.password)));
  };
  const failOver = async (before: RedisNode): Promise<void> => {
    await sentinels[0]?.client.call('SENTINEL', 'FAILOVER', masterName);
    await untilPromoted(before);
  };

  await until('the Sentinels know each other and the replicas', async () => {
    const facts = await Promise.all(sentinels.map(({ client }) => client.info('sentinel')));
    return facts.every((info) => info.includes(`status=ok,address=${loopback}:${first.port},slaves=${replicas},sentinels=${sentinelsWanted}`)); // prettier-ignore
  });
  const hosts = sentinels.map(({ port }) => `${loopback}:${port}`).join(',');
  return {
    url: `redis+sentinel://:${servers.password}@${hosts}/${masterName}`,
    nodes,
    master,
    killMaster: async () => {
      const before = await master();
      await before.kill();
      await mendReplication();
      await untilPromoted(before);
    },
    freezeMaster: async () => {
      const before = await master();
      before.freeze();
      await untilPromoted(before);
    },
    failover: async () => failOver(await master()),
    switchOver: async () => {
      const before = await master();
      await before.client.call('CLIENT', 'PAUSE', String(pauseMs), 'WRITE');
      await failOver(before);
    },
    cutReplication: async () => {
      const now = await master();
      const followers = nodes.filter((node) => node !== now && node.isUp());
      await Promise.all(followers.map(({ client }) => client.config('SET', 'masterauth', 'refused')));
      await now.client.call('CLIENT', 'KILL', 'TYPE', 'replica');
    },
    restart: async () => {
      const now = await master();
      const killed = nodes.filter((node) => !node.isUp());
      await Promise.all(killed.map((node) => node.restart()));
      await mendReplication();
      // The Sentinels would tell an old master after some ten seconds.
      await Promise.all(nodes.filter((node) => node !== now).map((node) => follow(node, now)));
      await until('replicas are in step', () => areInStep(nodes, now));
      // Who was switched over is still paused, and may be the next master.
      await Promise.all(nodes.map(({ client }) => client.call('CLIENT', 'UNPAUSE')));
    },
    stop: async () => {
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await servers.stop();
    },
  };
}

interface SentinelServer {
  port: number;
  client: Redis;
  process: BoundProcess;
  stop(): Promise<void>;
}

async function startSentinel(home: string, masterPort: number, password: string): Promise<SentinelServer> {
  await mkdir(home, { recursive: true });
  const port = await freePort(loopback);
  const config = join(home, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    `bind ${loopback}`,
    `dir ${home}`,
    `sentinel monitor ${masterName} ${loopback} ${masterPort} ${quorum}`,
    `sentinel auth-pass ${masterName} ${password}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    `sentinel failover-timeout ${masterName} ${failoverTimeoutMs}`,
    `sentinel parallel-syncs ${masterName} 2`,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const { command, env } = await findRedisBinary(cacheHome(), createLog({ level: 'silent', name: 'test' }));
  const process = await startBoundProcess(command, [config, '--sentinel'], { env, stdio: 'ignore' });
  const client = new Redis({ host: loopback, port, enableReadyCheck: false, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  return {
    port,
    client,
    process,
    stop: async () => {
      client.disconnect();
      await process.stop(0);
    },
  };
}

const follow = ({ client }: RedisNode, master: RedisNode): Promise<unknown> =>
  client.call('REPLICAOF', loopback, String(master.port));

/** All others follow `master`, and have what it has sent. */
async function areInStep(nodes: readonly RedisNode[], master: RedisNode): Promise<boolean> {
  const infos = await Promise.all(nodes.map(({ client }) => client.info('replication')));
  return nodes.every((node, at) => {
    const info = infos[at] ?? '';
    if (node === master) return info.includes('role:master');
    return info.includes(`master_port:${master.port}`) && info.includes('master_link_status:up');
  });
}
