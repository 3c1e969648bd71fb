import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { runSendWork } from '../../src/queues/run-send.ts';
import { cancelRun } from '../../src/store/run-line.ts';
import { requireRun } from '../../src/store/runs.ts';
import { openPullBench, type PullBench } from '../bulk/pull-bench.ts';
import type { Life } from '../bulk/run-bench.ts';
import { testRedis } from '../support/redis.ts';

const { client } = await testRedis();
let bench: PullBench;
const open = async (count: number, pageSize: number): Promise<void> => {
  bench = await openPullBench(client);
  bench.pageSize = pageSize;
  for (let n = 1; n <= count; n += 1) bench.skus.set(`${n}`, n);
};
beforeEach(() => open(25, 10));

const range = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const books = (count: number) => range(count).map((n) => bench.quantityOf(`${n}`));
const begun = async () => {
  const full = await bench.begin();
  if (full === null) throw new Error('none was begun');
  return full;
};

describe('a complete read', () => {
  it('brings every page of a catalogue to the partner, in one run of products and one of stock', async () => {
    const { productsRunId, inventoryRunId } = await begun();
    await bench.workAll();
    expect(books(25)).toEqual(range(25));
    expect(bench.reads).toHaveLength(25);
    for (const runId of [productsRunId, inventoryRunId]) {
      expect(await requireRun(bench.store, runId)).toMatchObject({
        source: 'pull',
        status: 'completed',
        segments: 3,
        counts: { received: 25, accepted: 25 },
      });
    }
    expect(await bench.full()).toMatchObject({ status: 'done', skus: 25, failure: null, cause: 'request' });
  });

  it('of an empty catalogue is done with two empty runs', async () => {
    await open(0, 10);
    await begun();
    await bench.workAll();
    expect(await bench.full()).toMatchObject({ status: 'done', skus: 0 });
    expect((await bench.runs()).map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('begins once at a time, and anew when it is over', async () => {
    await begun();
    expect(await bench.begin()).toBeNull();
    await bench.workAll();
    expect(await bench.begin()).not.toBeNull();
    bench.skus.set('3', 99);
    await bench.workAll();
    expect(bench.quantityOf('3')).toBe(99);
    const newest = (await bench.runs()).find(({ kind }) => kind === 'inventory');
    expect(newest?.counts).toMatchObject({ accepted: 1, unchanged: 24 });
  });

  it('goes on where it was when it is asked for patience in the middle of a page', async () => {
    let reads = 0;
    bench.beforeRead.hook = () => {
      reads += 1;
      if (reads === 14) throw new Failure('throttled', 'vtex.throttled', 'VTEX answered 429', { retryAfterMs: 1_000 });
    };
    await begun();
    await bench.work();
    const stopped = await bench.full();
    expect(stopped).toMatchObject({ status: 'reading', page: 2, offset: 3, skus: 13 });
    await bench.workAll();
    expect(books(25)).toEqual(range(25));
    // Those of the page that had been read behind the failure are read twice, and none of the first page.
    expect(bench.reads.filter((skuId) => Number(skuId) <= 13)).toHaveLength(13);
  });

  it('tells nobody of what is not sold any more, unless the partner knows it', async () => {
    await begun();
    await bench.workAll();
    bench.skus.set('4', null).set('26', null);
    await begun();
    await bench.workAll();
    expect(JSON.parse(bench.partner.books.get('store-1/4') ?? '')).toMatchObject({ available: false });
    expect(bench.partner.requests.flat()).not.toContain('store-1/26');
  });

  it('does not bring back what changed while it was under way', async () => {
    // Its first pages, with the old value, are in the spool by then; the last one has to wait.
    let isTold = false;
    bench.beforeRead.hook = async (skuId) => {
      if (Number(skuId) <= 20 || bench.quantityOf('2') === 200) return;
      if (!isTold) {
        isTold = true;
        bench.skus.set('2', 200);
        await bench.mark('2', 'product');
      }
      throw new Failure('throttled', 'vtex.throttled', 'VTEX answered 429', { retryAfterMs: 1_000 });
    };
    await begun();
    await bench.workAll();
    const sent = bench.partner.requests.filter((keys) => keys.includes('store-1/2'));
    expect(sent.length).toBeGreaterThan(1);
    expect(bench.quantityOf('2')).toBe(200);
    expect(await bench.full()).toMatchObject({ status: 'done' });
    expect(await client.keys('*pull-marks*')).toEqual([]);
    expect(await client.keys('*pull-again*')).toEqual([]);
  });

  it('sends nothing once one of its runs is canceled', async () => {
    const { productsRunId, inventoryRunId } = await begun();
    const run = await requireRun(bench.store, inventoryRunId);
    await cancelRun(bench.store, run, inventoryRunId, runSendWork(run));
    await bench.workAll();
    expect(await bench.full()).toMatchObject({ status: 'canceled' });
    expect(bench.partner.requests).toEqual([]);
    for (const runId of [productsRunId, inventoryRunId]) {
      expect(await requireRun(bench.store, runId)).toMatchObject({
        status: 'interrupted',
        failure: { code: 'pull.canceled' },
      });
    }
  });
});

describe('a worker that dies over a complete read', () => {
  const story = async (life: Life): Promise<void> => {
    await open(5, 2);
    bench.skus.set('3', null);
    await begun();
    for (let turn = 0; turn < 10 && !life.dead; turn += 1) {
      bench.clock.advance(1_001);
      await bench.work(life);
    }
    await bench.workAll();
  };

  it.each(['before', 'after'] as const)(
    'at any moment, %s a command has its effect, leaves every SKU in one row and the partner with all of them',
    async (dies) => {
      let survived = false;
      for (let left = 1; !survived; left += 1) {
        const life: Life = { left, dies, dead: false };
        await story(life);
        expect(books(5), `died at ${left}`).toEqual([1, 2, undefined, 4, 5]);
        expect((await bench.runs()).map(({ status, counts }) => [status, counts.received])).toEqual([
          ['completed', 4],
          ['completed', 4],
        ]);
        expect(await bench.full()).toMatchObject({ status: 'done', skus: 5 });
        survived = !life.dead;
        expect(left).toBeLessThan(300);
      }
    },
    120_000,
  );
});
