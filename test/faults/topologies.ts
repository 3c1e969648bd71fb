import { join } from 'node:path';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.ts';
import { startRedisSentinel, type RedisSentinel } from '../support/redis-sentinel.ts';

export type TopologyKind = 'cluster' | 'sentinel';

export interface TopologyFault {
  name: string;
  /** Replication is asynchronous: what was acknowledged in the moment before may be gone afterwards. */
  mayLose: boolean;
  /** Mends what an earlier fault has broken, then does it; resolves when a replica has taken the master's place. */
  run(): Promise<void>;
}

/** A Redis of several servers, on which the same suite runs. */
export interface Topology {
  kind: TopologyKind;
  url: string;
  /** What Packline is told beside the URL. */
  settings: Record<string, string>;
  shards: number;
  faults: readonly TopologyFault[];
  stop(): Promise<void>;
}

const shards = 3;

export async function startTopology(kind: TopologyKind, home: string): Promise<Topology> {
  return kind === 'cluster'
    ? toClusterTopology(await startRedisCluster({ home: join(home, kind) }))
    : toSentinelTopology(await startRedisSentinel({ home: join(home, kind) }));
}

export function toClusterTopology(cluster: RedisCluster): Topology {
  const on = (key: string, name: string, mayLose: boolean, act: () => Promise<void>): TopologyFault => ({
    name: `${name} (${key})`,
    mayLose,
    run: async () => {
      await cluster.restart();
      await act();
    },
  });
  return {
    kind: 'cluster',
    url: cluster.url,
    settings: { PACKLINE_SHARDS: String(shards) },
    shards,
    faults: [
      on('{pl:0}', 'a shard is failed over on request', false, () => cluster.failover('{pl:0}')),
      on('{pl:0}', 'the master of a shard is killed', true, () => cluster.killMaster('{pl:0}')),
      on('{pl:g}', 'the master of what is shared is killed', true, () => cluster.killMaster('{pl:g}')),
      on('{pl:1}', 'the master of a shard hangs', true, () => cluster.freezeMaster('{pl:1}')),
    ],
    stop: () => cluster.stop(),
  };
}

export function toSentinelTopology(sentinel: RedisSentinel): Topology {
  const fault = (name: string, mayLose: boolean, act: () => Promise<void>): TopologyFault => ({
    name,
    mayLose,
    run: async () => {
      await sentinel.restart();
      await act();
    },
  });
  return {
    kind: 'sentinel',
    url: sentinel.url,
    settings: {},
    shards: 1,
    faults: [
      fault('switched over on request', false, () => sentinel.switchOver()),
      fault('the master is killed', true, () => sentinel.killMaster()),
      fault('the master hangs', true, () => sentinel.freezeMaster()),
    ],
    stop: () => sentinel.stop(),
  };
}
