import { assertPortFree, freePort } from '../../src/platform/free-port.ts';
import { createRedisNodes, loopback, until, type RedisNode } from './redis-nodes.ts';

const slots = 16_384;
const mastersWanted = 3;
/** A node that is silent for this long is failed over. */
const nodeTimeoutMs = 1_500;

/** A Redis Cluster on loopback: three masters, each with its replicas, to be killed and failed over. */
export interface RedisCluster {
  /** As `REDIS_URL` takes it. */
  readonly url: string;
  readonly nodes: readonly RedisNode[];
  /** The master that serves this key (of `{pl:0}` by default). */
  masterOf(key?: string): Promise<RedisNode>;
  /** SIGKILL of the key's master; resolves when a replica was promoted. */
  killMaster(key?: string): Promise<void>;
  /** It hangs, and stays so until `restart`. */
  freezeMaster(key?: string): Promise<void>;
  /** The key's master and one of its replicas change places, as an operator asks them to (CLUSTER FAILOVER). */
  failover(key?: string): Promise<void>;
  /** Starts again what was killed, thaws what hangs; resolves when each node is in its place and in step with its master. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const shardZero = '{pl:0}';

export async function startRedisCluster({
  home,
  replicasPerShard = 1,
  directives = {},
}: {
  home: string;
  replicasPerShard?: number;
  directives?: Record<string, string>;
}): Promise<RedisCluster> {
  const servers = createRedisNodes(home);
  const nodes: RedisNode[] = [];
  for (let n = 0; n < mastersWanted * (1 + replicasPerShard); n += 1) {
    nodes.push(
      await servers.start(`node-${n}`, {
        port: await freeClusterPort(),
        directives: {
          'cluster-enabled': 'yes',
          'cluster-node-timeout': String(nodeTimeoutMs),
          'cluster-announce-ip': loopback,
          // Replicas stay with their masters, so that a test knows who is whose.
          'cluster-migration-barrier': '100',
          'repl-diskless-sync-delay': '0',
          // A replica that was never sent anything is not shown: pings count, and come every 10 s by default.
          'repl-ping-replica-period': '1',
          ...directives,
        },
      }),
    );
  }
  const up = (): RedisNode[] => nodes.filter((node) => node.isUp());
  const isOk = async (): Promise<boolean> => {
    const states = await Promise.all(up().map(stateOf));
    return states.every((info) => info.includes('cluster_state:ok'));
  };
  /** Everybody runs, is in step, and is known to everybody as what it is. */
  const isWhole = async (): Promise<boolean> => {
    const views = await Promise.all(nodes.map(({ client }) => client.cluster('SLOTS')));
    const knowAll = views.every((ranges) => ranges.every((range) => range.length === 3 + replicasPerShard));
    return knowAll && (await isOk()) && (await areInStep(nodes));
  };

  const serving = async (key: string): Promise<{ master: RedisNode | undefined; replicas: RedisNode[] }> => {
    const [any] = up();
    const slot = Number(await any?.client.call('CLUSTER', 'KEYSLOT', key));
    for (const [from, to, ...served] of (await any?.client.cluster('SLOTS')) ?? []) {
      if (slot < from || slot > to) continue;
      const [master, ...replicas] = served.map(([, port]) => nodes.find((node) => node.port === port));
      return { master, replicas: replicas.filter((node) => node !== undefined) };
    }
    return { master: undefined, replicas: [] };
  };
  const masterOf = async (key = shardZero): Promise<RedisNode> => {
    const { master } = await serving(key);
    if (master === undefined) throw new Error(`nobody serves ${key}`);
    return master;
  };
  const untilPromoted = async (key: string, before: RedisNode): Promise<void> => {
    await until('a replica was promoted', async () => {
      const { master } = await serving(key);
      return master !== undefined && master !== before && (await isOk());
    });
  };

  await form(nodes);
  await until('the cluster is whole', isWhole);
  const hosts = nodes.map(({ port }) => `${loopback}:${port}`).join(',');
  return {
    url: `redis+cluster://:${servers.password}@${hosts}`,
    nodes,
    masterOf,
    killMaster: async (key = shardZero) => {
      const master = await masterOf(key);
      await master.kill();
      await untilPromoted(key, master);
    },
    freezeMaster: async (key = shardZero) => {
      const master = await masterOf(key);
      master.freeze();
      await untilPromoted(key, master);
    },
    failover: async (key = shardZero) => {
      const { master, replicas } = await serving(key);
      const [replica] = replicas;
      if (master === undefined || replica === undefined) throw new Error(`${key} has no replica`);
      await replica.client.cluster('FAILOVER');
      await untilPromoted(key, master);
    },
    restart: async () => {
      await Promise.all(nodes.map((node) => node.restart()));
      await until('the cluster is whole again', isWhole);
    },
    stop: () => servers.stop(),
  };
}

/** As redis-cli --cluster create does it, with the commands of 6.2. */
async function form(nodes: readonly RedisNode[]): Promise<void> {
  const masters = nodes.slice(0, mastersWanted);
  const first = masters[0];
  if (first === undefined) throw new Error('a cluster has masters');
  for (const [n, { client }] of nodes.entries()) {
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
  }
  for (const [n, { client }] of masters.entries()) {
    const from = Math.round((n * slots) / mastersWanted);
    const to = Math.round(((n + 1) * slots) / mastersWanted);
    await client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to - from }, (_, at) => String(from + at)));
  }
  for (const node of nodes.slice(1)) await first.client.call('CLUSTER', 'MEET', loopback, String(node.port));
  await until('the nodes know each other', async () => {
    const states = await Promise.all(nodes.map(stateOf));
    return states.every((info) => info.includes(`cluster_known_nodes:${nodes.length}`));
  });
  const ids = await Promise.all(masters.map(({ client }) => client.call('CLUSTER', 'MYID')));
  for (const [n, { client }] of nodes.slice(mastersWanted).entries()) {
    const id = String(ids[n % mastersWanted]);
    await until('the replica knows its master', () =>
      client.call('CLUSTER', 'REPLICATE', id).then(
        () => true,
        () => false,
      ),
    );
  }
}

const stateOf = async ({ client }: RedisNode): Promise<string> => String(await client.call('CLUSTER', 'INFO'));

async function areInStep(nodes: readonly RedisNode[]): Promise<boolean> {
  const roles = await Promise.all(nodes.map(({ client }) => client.info('replication')));
  return roles.every((info) => info.includes('role:master') || info.includes('master_link_status:up'));
}

/** Its bus takes the port 10,000 above (a port of its own can be set from Redis 7 on only). */
async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort(loopback);
    const bus = port + 10_000;
    if (bus > 65_535) continue;
    const isFree = await assertPortFree('cluster bus', loopback, bus).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}
