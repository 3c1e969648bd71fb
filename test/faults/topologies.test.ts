import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeOrderReader } from '../support/order-reader.ts';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.ts';
import { startRedisSentinel, type RedisSentinel } from '../support/redis-sentinel.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { judge } from './judge.ts';
import { startLoad } from './load.ts';
import { startNeighbours } from './neighbours.ts';
import { timeNewWork } from './probe.ts';
import { toClusterTopology, toSentinelTopology, type Topology } from './topologies.ts';
import { startWorld, type World } from './world.ts';

const home = await mkdtemp(join(tmpdir(), 'packline-topologies-'));
afterAll(() => rm(home, { recursive: true, force: true }));
const waiting = { timeout: 40_000, interval: 100 };

/** What clients and partners were answered so far: 2xx, or to come again. */
const answeredBy = ({ balancer }: World): string[] =>
  [...Object.keys(balancer.statuses('/v1/orders')), ...Object.keys(balancer.statuses('/in/'))].filter(
    (status) => !['200', '202', '503'].includes(status),
  );

/** Orders of every kind under way, while this is done to Redis; answers what became of them. */
async function underLoad(world: World, faults: readonly (() => Promise<void>)[]) {
  const load = startLoad(world, { ratePerSecond: 2 });
  for (const run of faults) {
    await delay(1_500);
    await run();
    // How long it took depends on what else the machine does; the fault suite measures it.
    expect(await timeNewWork(world)).toBeLessThan(Infinity);
  }
  await load.stop();
  const { lost, shownAsIssues, doubled, leftOver, metricsLied, wrongAnswers } = await judge(world, load);
  return { lost, shownAsIssues, doubled, leftOver, metricsLied, wrongAnswers, otherAnswers: answeredBy(world) };
}

const nothingWrong = {
  lost: [],
  shownAsIssues: [],
  doubled: [],
  leftOver: [],
  metricsLied: [],
  wrongAnswers: [],
  otherAnswers: [],
};

describe('on a Redis Cluster of three shards', () => {
  let cluster: RedisCluster;
  let topology: Topology;
  let world: World;
  beforeAll(async () => {
    cluster = await startRedisCluster({ home: join(home, 'cluster') });
    topology = toClusterTopology(cluster);
    const { url: redisUrl, settings, shards } = topology;
    world = await startWorld({ seed: 1, workerCount: 1, redisUrl, settings, shards });
  }, 60_000);
  afterAll(async () => {
    await world?.close();
    await cluster?.stop();
  });

  test(
    'merchants of all shards have their orders delivered while masters are failed over and killed',
    { timeout: 200_000 },
    async () => {
      const neighbours = await startNeighbours(world, topology.shards);
      const verdict = await underLoad(world, [() => cluster.failover('{pl:0}'), () => cluster.killMaster('{pl:g}')]);
      const { accepted, ...wrong } = await neighbours.stop();
      expect(verdict).toEqual(nothingWrong);
      expect(wrong).toEqual({ unfinished: [], wrongAnswers: [] });
      expect(Object.keys(accepted)).toHaveLength(topology.shards);
      expect(Math.min(...Object.values(accepted))).toBeGreaterThan(0);
    },
  );
});

describe('behind Sentinel', () => {
  let sentinel: RedisSentinel;
  let world: World;
  beforeAll(async () => {
    sentinel = await startRedisSentinel({ home: join(home, 'sentinel') });
    const { url: redisUrl, settings } = toSentinelTopology(sentinel);
    world = await startWorld({ seed: 2, workerCount: 1, redisUrl, settings });
  }, 60_000);
  afterAll(async () => {
    await world?.close();
    await sentinel?.stop();
  });
  const post = (externalId: string) =>
    world.packline.call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId });

  test('orders are delivered while the master is switched over and killed', { timeout: 200_000 }, async () => {
    const faults = [() => sentinel.switchOver(), () => sentinel.restart().then(() => sentinel.killMaster())];
    expect(await underLoad(world, faults)).toEqual(nothingWrong);
  });

  test(
    'what no replica had when the master died is gone; the OMS’s queue and the sender’s repeat bring it back, and what a partner had of it is not done twice',
    { timeout: 200_000 },
    async () => {
      const { packline, vtex, fleet } = world;
      const { list, read, reaches, problemsOf } = makeOrderReader(packline);
      const effects = (externalId: string) => packline.sandbox.books.effectsOf('org_demo', externalId);
      await sentinel.restart();
      await sentinel.cutReplication();

      expect((await post('gap-handed-on')).status).toBe(202);
      await vi.waitFor(() => expect(effects('gap-handed-on')).toHaveProperty('order.dispatched'), waiting);
      // What is accepted from here on has reached nobody yet.
      for (const worker of fleet.workers) worker.child.kill('SIGSTOP');
      expect((await post('gap-waiting')).status).toBe(202);
      const hooks = world.balancer.statuses('/in/')['200'] ?? 0;
      const bought = await vtex.shop({ warehouseId: 'store-2' });
      await vi.waitFor(() => expect(world.balancer.statuses('/in/')['200']).toBeGreaterThan(hooks), waiting);
      await sentinel.killMaster();
      for (const lost of ['gap-handed-on', 'gap-waiting']) {
        await vi.waitFor(async () => expect(await list(lost)).toEqual([]), waiting);
      }
      for (const worker of fleet.workers) worker.child.kill('SIGCONT');

      // By itself: its hook is gone too, but the OMS's queue still has the event.
      await reaches(bought, { status: 'DELIVERED' });
      // By the sender, who repeats what he has not heard the end of.
      expect((await post('gap-waiting')).status).toBe(202);
      await reaches('gap-waiting', { status: 'DELIVERED' });
      // Nash has it, under an order id that nobody knows any more: it is found there, by its hooks or by being refused.
      expect((await post('gap-handed-on')).status).toBe(202);
      await vi.waitFor(async () => {
        const problems = await problemsOf('gap-handed-on');
        const { status } = await read('gap-handed-on');
        expect(status === 'DELIVERED' || problems.includes('nash.external_id_taken')).toBe(true);
      }, waiting);
      for (const externalId of ['gap-handed-on', 'gap-waiting']) {
        expect(effects(externalId)).toMatchObject({ 'order.created': 1, 'order.dispatched': 1 });
      }
    },
  );

  test(
    'a master without replicas takes nothing, where min-replicas-to-write or PACKLINE_WAIT_REPLICAS asks for one',
    { timeout: 120_000 },
    async () => {
      await sentinel.restart();
      await world.fleet.endApi(1, 'SIGTERM');
      await world.fleet.replaceApi(1, { env: { PACKLINE_WAIT_REPLICAS: '1' } });
      await world.fleet.endApi(0, 'SIGTERM');
      expect((await post('waits-1')).status).toBe(202);

      await sentinel.cutReplication();
      expect(await post('waits-2')).toMatchObject({ status: 503, body: { code: 'redis.not_replicated' } });
      const { client } = await sentinel.master();
      await client.config('SET', 'min-replicas-to-write', '1');
      expect(await post('waits-3')).toMatchObject({ status: 503, body: { code: 'redis.away' } });

      await sentinel.restart();
      for (const externalId of ['waits-2', 'waits-3']) {
        await vi.waitFor(async () => expect((await post(externalId)).status).toBe(202), waiting);
        expect(await makeOrderReader(world.packline).list(externalId)).toHaveLength(1);
      }
    },
  );
});
