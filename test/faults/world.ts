import { freePort } from '../../src/platform/free-port.ts';
import { createLog } from '../../src/platform/log.ts';
import { createRedis, type RedisClient } from '../../src/platform/redis.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { connectVtex, type ConnectedVtex, type VtexOptions } from '../support/connected-vtex.ts';
import { startProcesses, type PacklineProcesses } from '../support/packline-processes.ts';
import { startBalancer, type Balancer } from './balancer.ts';
import { startFleet, type Fleet } from './fleet.ts';

/**
 * An installation as a merchant runs it, to be mistreated: Redis, two APIs behind a balancer, workers, all real processes;
 * the partners' sandbox and the merchant's own system in this process, to be asked afterwards.
 */
export interface World {
  packline: PacklineProcesses;
  vtex: ConnectedVtex;
  fleet: Fleet;
  balancer: Balancer;
  random: Random;
  seed: number;
  shards: number;
  /** What somebody started beside it ends after it. */
  endAfter(end: () => Promise<void>): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  seed: number;
  workerCount?: number;
  sandbox?: SandboxOptions;
  settings?: Record<string, string>;
  /** Of the connected VTEX account, beside what connects it. */
  vtex?: VtexOptions;
  /** A Redis that somebody else started: a cluster, or one behind Sentinel. */
  redisUrl?: string;
  shards?: number;
}

/** An order takes about this long from the dispatch to the door when nothing goes wrong. */
const stepMs = 250;
/** A partner that sends a hook once and no more would leave us to find out by reading. */
const hookRetriesMs = [1_000, 2_000, 4_000, 8_000, 16_000];

export async function startWorld({
  seed,
  workerCount = 2,
  sandbox,
  settings,
  vtex: { oms, atVtex, atPickAndPack, ...others } = {},
  redisUrl,
  shards = 1,
}: WorldOptions): Promise<World> {
  const [publicPort, ...ports] = await Promise.all([1, 2, 3].map(() => freePort('127.0.0.1')));
  const balancer = await startBalancer(publicPort ?? 0, ports);
  const packline = await startProcesses({
    sandbox: { seed, speed: 1, picker: { stepMs, outcome: 'seeded' }, ...sandbox },
    settings: {
      PACKLINE_QUIET_SECONDS: '5',
      PACKLINE_EGRESS_ALLOW: '127.0.0.0/8',
      PACKLINE_LOG_LEVEL: 'fatal',
      ...settings,
    },
    publicUrl: `http://127.0.0.1:${publicPort}`,
    ...(ports[0] === undefined ? {} : { port: ports[0] }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
  try {
    const vtex = await connectVtex(packline, packline.sandboxUrl, {
      ...others,
      oms: { requestsPerSecond: 500, feedPollSeconds: 5, invoicing: 'auto', ...oms },
      atVtex: { changes: { stepMs: 200 }, ...atVtex },
      atPickAndPack: { hookRetriesMs, ...atPickAndPack },
    });
    const fleet = await startFleet(packline, { balancer, ports, workerCount });
    const ends: (() => Promise<void>)[] = [];
    return {
      packline,
      vtex,
      fleet,
      balancer,
      random: createRandom(seed),
      seed,
      shards,
      endAfter: (end) => void ends.push(end),
      close: async () => {
        await packline.close();
        await balancer.close();
        for (const end of ends) await end();
      },
    };
  } catch (error) {
    await packline.close();
    await balancer.close();
    throw error;
  }
}

/** A connection of our own to look and to break with, whatever form of Redis it is. */
export async function withRedis<T>(url: string, use: (redis: RedisClient) => Promise<T>): Promise<T> {
  const redis = createRedis(url, 'worker', createLog({ level: 'silent', name: 'faults' }));
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
