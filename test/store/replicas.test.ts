import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoreDeps } from '../../src/store/deps.ts';
import { readOrder } from '../../src/store/orders.ts';
import { createReplicas } from '../../src/store/replicas.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createRedisNodes, until } from '../support/redis-nodes.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { acceptSample, postSample, sampleMerchantId } from './accept-sample.ts';

const home = await temporaryFolder();
const servers = createRedisNodes(home);
const master = await servers.start('master', { directives: { 'repl-diskless-sync-delay': '0' } });
const replica = await servers.start('replica', {});
await replica.client.call('REPLICAOF', '127.0.0.1', String(master.port));
const connection = new Redis({ port: master.port, password: servers.password });
afterAll(async () => {
  connection.disconnect();
  await servers.stop();
});

const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await replica.restart();
  await until('the replica follows', async () =>
    (await replica.client.info('replication')).includes('master_link_status:up'),
  );
  await master.client.flushall();
  // A disk that other tests keep busy is waited for.
  const replicas = createReplicas(connection, 1, 10_000);
  store = { ...(await createTestStore(master.client, clock)), replicas };
});

const numbers = Array.from({ length: 50 }, (_, n) => `key-${n}`);

describe('with PACKLINE_WAIT_REPLICAS an order', () => {
  it('is accepted when a replica has it', async () => {
    const { id } = await acceptSample(store);
    expect(await readOrder({ ...store, redis: replica.client }, id)).not.toBeNull();
  });

  it('is refused for the moment when no replica has it, and accepted once when it is sent again', async () => {
    replica.freeze();
    store = { ...store, replicas: createReplicas(connection, 1) };
    await expect(postSample(store)).rejects.toMatchObject({ kind: 'transient', code: 'redis.not_replicated' });
    // What came before is there, and still is not on the replica: that it is a repeat is no reason to say yes.
    await expect(postSample(store)).rejects.toMatchObject({ code: 'redis.not_replicated' });
    await replica.restart();
    store = { ...store, replicas: createReplicas(connection, 1, 10_000) };
    expect(await postSample(store)).toMatchObject({ outcome: 'created', replayed: true });
    expect(await master.client.zcard(store.keys.orders(sampleMerchantId))).toBe(1);
  });

  it('costs many at once hardly more than one', async () => {
    const before = Number(/cmdstat_wait:calls=(\d+)/.exec(await master.client.info('commandstats'))?.[1] ?? 0);
    const post = (key: string) => postSample(store, { idempotencyKey: key, order: { externalId: key } });
    for (const accepted of await Promise.all(numbers.map(post))) expect(accepted).toMatchObject({ outcome: 'created' });
    const after = Number(/cmdstat_wait:calls=(\d+)/.exec(await master.client.info('commandstats'))?.[1] ?? 0);
    expect(after - before).toBeLessThan(5);
  });

  it('is accepted by a server that has forgotten its scripts', async () => {
    await master.client.script('FLUSH');
    expect(await postSample(store)).toMatchObject({ outcome: 'created' });
  });
});
