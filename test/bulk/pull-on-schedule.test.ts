import { expect, test } from 'vitest';
import { pullOnSchedule } from '../../src/bulk/pull-on-schedule.ts';
import type { Connection } from '../../src/store/connections.ts';
import { testRedis } from '../support/redis.ts';
import { omsConnectionId, openPullBench, pullMerchantId } from './pull-bench.ts';

const { client } = await testRedis();
const hourMs = 3_600_000;

test('a complete read begins when there was none, and again when its time has come, unless held back or not asked for', async () => {
  const bench = await openPullBench(client);
  bench.skus.set('1', 1);
  const connection = { id: omsConnectionId, merchantId: pullMerchantId, paused: false } as Connection;
  const policy = { ...bench.policy, fullEveryMs: 24 * hourMs };
  const look = async (of = connection, by: typeof policy | typeof bench.policy | null = policy) => {
    await pullOnSchedule(bench.store, of, by);
    return (await bench.full())?.id;
  };
  expect(await look(connection, null)).toBeUndefined();
  expect(await look(connection, bench.policy)).toBeUndefined();
  expect(await look({ ...connection, paused: true })).toBeUndefined();
  const first = await look();
  expect(await bench.full()).toMatchObject({ cause: 'schedule', status: 'reading' });
  bench.clock.advance(25 * hourMs);
  expect(await look(), 'one is under way').toBe(first);
  await bench.workAll();
  expect(await bench.full()).toMatchObject({ status: 'done' });
  const second = await look();
  expect(second).not.toBe(first);
  await bench.workAll();
  bench.clock.advance(23 * hourMs);
  expect(await look()).toBe(second);
  bench.clock.advance(hourMs);
  expect(await look()).not.toBe(second);
});
