import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reconcileStock } from '../../src/bulk/reconcile-stock.ts';
import { reconcileStockOnSchedule } from '../../src/bulk/reconcile-stock-on-schedule.ts';
import { pageAfter, sampleOf, stockReconciliationIn, type Sample } from '../../src/domain/stock-reconciliation.ts';
import { stockReconcileWork } from '../../src/queues/stock-reconcile.ts';
import { createConnection } from '../../src/store/connections.ts';
import { acceptIntoDelta, countDelta } from '../../src/store/delta.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import {
  beginStockReconciliation,
  listStockReconciliations,
  readStockReconciliation,
  type StockReconciliation,
} from '../../src/store/stock-reconciliations.ts';
import { testRedis } from '../support/redis.ts';
import { item, line, openRunBench, type RunBench } from './run-bench.ts';

const { client } = await testRedis();
let bench: RunBench;
const count = 600;
const rows = Array.from({ length: count }, (_, n) => item(`p-${n}`, n));
const keyOf = (n: number): string => `store-1/p-${n}`;
const all: Sample = { step: 1, offset: 0 };

beforeEach(async () => {
  bench = await openRunBench(client, 1_000);
  await bench.upload(rows);
  await bench.work();
  bench.partner.listedMax = 100;
});
afterEach(() => {
  bench.partner.hooks = {};
});

async function begin(mode: 'full' | 'sample' = 'full'): Promise<StockReconciliation> {
  const { redis, keys } = bench.store;
  await redis.del(keys.stockReconciled);
  const id = await beginStockReconciliation(bench.store, line, {
    mode,
    cause: 'request',
    guard: null,
    work: stockReconcileWork(line),
  });
  return read(id ?? '');
}
async function read(id: string): Promise<StockReconciliation> {
  const found = await readStockReconciliation(bench.store, id);
  if (found === null) throw new Error('it is not there');
  return found;
}
const goOn = (
  report: StockReconciliation,
  { sample = all, store = bench.store, isTimeUp = (): boolean => false } = {},
) => reconcileStock(report, sample, { store, catalog: bench.partner, isTimeUp });
async function toEnd(report: StockReconciliation, options?: Parameters<typeof goOn>[1]): Promise<StockReconciliation> {
  while ((await goOn(report, options)) !== undefined);
  return read(report.id);
}
/** Which rows the same upload sends. */
async function sentAgain(): Promise<string[]> {
  const before = bench.partner.requests.length;
  await bench.upload(rows);
  await bench.work();
  return bench.partner.requests.slice(before).flat().sort();
}
const change = (n: number): void =>
  void bench.partner.books.set(keyOf(n), JSON.stringify({ ...rows[n], quantity: n + 1_000 }));

test('rows that are not listed any more are found, and sent again with the same upload', async () => {
  for (const n of [3, 77, 599]) bench.partner.books.delete(keyOf(n));
  change(200);
  const report = await toEnd(await begin());
  expect(report).toMatchObject({ total: 597, listed: 597, same: 596, different: 1, missing: 3 });
  const sent = await sentAgain();
  expect(sent).toEqual(expect.arrayContaining([3, 77, 200, 599].map(keyOf).sort()));
  // One that is alone missing in its bucket is known by name; of several the bucket goes.
  expect(sent).toHaveLength(report.forgotten);
  expect(report.forgotten).toBeLessThan(20);
  expect(await countDelta(bench.store, line)).toBe(count);
});

test('books that are empty are found to lack everything', async () => {
  bench.partner.books.clear();
  expect(await toEnd(await begin())).toMatchObject({ total: 0, listed: 0, missing: count, forgotten: count });
  expect(await sentAgain()).toHaveLength(count);
});

test('a row with a quantity of 0 that was sent with none is the same row', async () => {
  await bench.upload([{ ...item('p-0', 0), quantity: undefined }]);
  await bench.work();
  bench.partner.books.set(keyOf(0), JSON.stringify(item('p-0', 0)));
  expect(await toEnd(await begin())).toMatchObject({ same: count, different: 0 });
});

test('rows of others, with a key of ours or none, are counted and left alone', async () => {
  bench.partner.books.set('a', JSON.stringify({ available: true, quantity: 1 }));
  bench.partner.books.set('b', JSON.stringify(item('theirs', 1)));
  expect(await toEnd(await begin())).toMatchObject({ listed: count + 2, foreign: 2, same: count, missing: 0 });
});

describe('while uploads are at work', () => {
  test('differences are none, and what is missing is not looked for', async () => {
    change(5);
    const report = await begin();
    await bench.upload([item('p-5', 7)]);
    for (let waits = 0; waits < 40; waits += 1) expect(await goOn(report)).toEqual({ delayMs: 15_000 });
    expect(await toEnd(report)).toMatchObject({ underWay: 1, different: 0, missing: null, forgotten: 0 });
  });

  test('an upload that comes and goes between the question and the answer is seen', async () => {
    bench.partner.hooks.listed = async (page) => {
      if (page !== 2) return;
      bench.partner.hooks = {};
      await bench.upload([item('p-250', 9)]);
      await bench.work();
    };
    const report = await toEnd(await begin());
    // The page showed the row as it was before.
    expect(report).toMatchObject({ underWay: 1, different: 0, missing: null, forgotten: 0 });
    expect(await toEnd(await begin())).toMatchObject({ same: count, missing: 0 });
  });

  test('one that failed stands still, and holds nothing up', async () => {
    await bench.upload([item('p-5', 7)]);
    const { redis, keys } = bench.store;
    const [runId = ''] = await redis.zrange(keys.lineRuns(line.connectionId, line.kind), '0', '0');
    await redis.hset(keys.run(runId), 'status', 'failed');
    change(9);
    expect(await toEnd(await begin())).toMatchObject({ different: 1, underWay: 0, missing: 0 });
  });
});

test('a list that moved while it was paged is no proof that something is missing', async () => {
  bench.partner.books.delete(keyOf(1));
  bench.partner.hooks.listed = (page) => {
    if (page === 3) bench.partner.books.set('theirs', JSON.stringify(item('theirs', 1)));
  };
  expect(await toEnd(await begin())).toMatchObject({ missing: null, forgotten: 0 });
});

test('whoever dies at any command, and whoever takes over, count each page once', async () => {
  change(150);
  bench.partner.books.delete(keyOf(420));
  const expected = { listed: 599, same: 598, different: 1, missing: 1, forgotten: expect.any(Number) as number };
  const report = await begin();
  let lives = 0;
  for (let left = 1; ; left += 1) {
    lives += 1;
    try {
      await toEnd(report, { store: mortal(left) });
      break;
    } catch (error) {
      expect(String(error)).toContain('killed');
    }
  }
  expect(lives).toBeGreaterThan(5);
  expect(await read(report.id)).toMatchObject(expected);
});

/** A store whose connection dies after so many commands: the last one has its effect, and nobody hears of it. */
function mortal(commands: number): StoreDeps {
  let left = commands;
  const redis = new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        if (left <= 0) throw new Error('killed');
        left -= 1;
        const reply: unknown = await member.apply(target, args);
        if (left === 0) throw new Error('killed');
        return reply;
      };
    },
  });
  return { ...bench.store, redis };
}

test('two who go on with the same comparison: one of them stops', async () => {
  const report = await begin();
  bench.partner.hooks.listed = async (page) => {
    if (page !== 1) return;
    bench.partner.hooks = {};
    await toEnd(report);
  };
  await expect(goOn(report)).rejects.toMatchObject({ code: 'entry.gone' });
  expect(await read(report.id)).toMatchObject({ listed: count, same: count, missing: 0 });
});

test('it goes back when its time is up, and on from there', async () => {
  const report = await begin();
  expect(await goOn(report, { isTimeUp: () => true })).toEqual({ delayMs: 0 });
  expect(await read(report.id)).toMatchObject({ listed: 100, missing: null });
  expect(await toEnd(report)).toMatchObject({ listed: count, missing: 0 });
});

test('samples of successive turns have every page once beside the first, which is in each', async () => {
  const settings = { ...stockReconciliationIn(undefined), samplePercent: 25 };
  const seen = new Map<number, number>();
  for (let day = 0; day < 4; day += 1) {
    const sample = sampleOf('sample', settings, day * 86_400_000);
    for (let page = pageAfter(0, sample); page < 100; page = pageAfter(page, sample)) {
      seen.set(page, (seen.get(page) ?? 0) + 1);
    }
  }
  expect([...seen.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 99 }, (_, n) => n + 1));
  expect(new Set(seen.values())).toEqual(new Set([1]));
  const sample = { step: 3, offset: 2 };
  expect(await toEnd(await begin('sample'), { sample })).toMatchObject({ listed: 300, same: 300, missing: null });
});

describe('on a schedule', () => {
  const connect = (stockReconciliation?: object) =>
    createConnection(bench.store, line.merchantId, {
      connector: 'nash',
      kind: 'fulfilment',
      name: 'Nash',
      routing: [],
      settings: { stockReconciliation },
    });
  const begunOf = async (connectionId: string) =>
    (await listStockReconciliations(bench.store, connectionId, { limit: 10 })).data;
  const dayMs = 86_400_000;

  test('a sample begins once each day, not while one runs, and never of what was never sent', async () => {
    const connection = await connect();
    const tick = () => Promise.all([1, 2, 3].map(() => reconcileStockOnSchedule(bench.store, connection)));
    await tick();
    bench.clock.advance(dayMs);
    await tick();
    expect(await begunOf(connection.id)).toEqual([]);
    await acceptIntoDelta(bench.store, { connectionId: connection.id, kind: 'inventory' }, Buffer.alloc(12, 1));
    await tick();
    bench.clock.advance(dayMs - 1);
    await tick();
    expect(await begunOf(connection.id)).toEqual([]);
    bench.clock.advance(1);
    await tick();
    bench.clock.advance(dayMs);
    await tick();
    expect(await begunOf(connection.id)).toMatchObject([{ kind: 'inventory', mode: 'sample', cause: 'schedule' }]);
  });

  test('a connection says how often, how much, and whether at all', async () => {
    const weekly = await connect({ schedule: 'full', everyHours: 168 });
    const never = await connect({ schedule: 'off' });
    for (const { id } of [weekly, never]) {
      await acceptIntoDelta(bench.store, { connectionId: id, kind: 'products' }, Buffer.alloc(12, 1));
    }
    const tick = async () => {
      for (const one of [weekly, never]) await reconcileStockOnSchedule(bench.store, one);
    };
    await tick();
    bench.clock.advance(6 * dayMs);
    await tick();
    expect(await begunOf(weekly.id)).toEqual([]);
    bench.clock.advance(dayMs);
    await tick();
    expect(await begunOf(weekly.id)).toMatchObject([{ kind: 'products', mode: 'full' }]);
    expect(await begunOf(never.id)).toEqual([]);
  });
});
