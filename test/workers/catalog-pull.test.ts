import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { takeMarks } from '../../src/store/pull-marks.ts';
import { openPullBench, type PullBench } from '../bulk/pull-bench.ts';
import type { Life } from '../bulk/run-bench.ts';
import { testRedis } from '../support/redis.ts';

const { client } = await testRedis();
let bench: PullBench;
beforeEach(async () => {
  bench = await openPullBench(client);
});

const kindsOf = async () => (await bench.runs()).map(({ kind }) => kind).sort();
const leftMarks = async () => (await client.keys('*pull-marks*')).length + (await client.keys('*pull-again*')).length;

describe('changes of a catalogue', () => {
  it('are read once for many marks, and sent as one run of products and one of stock', async () => {
    bench.skus.set('1', 4).set('2', 5);
    for (let times = 0; times < 1_000; times += 1) await bench.mark('1', 'product');
    await bench.mark('2', 'product', 'stock');
    await bench.workAll();
    expect([...bench.reads].sort()).toEqual(['1', '2']);
    expect([bench.quantityOf('1'), bench.quantityOf('2')]).toEqual([4, 5]);
    expect(await kindsOf()).toEqual(['inventory', 'products']);
    expect(await leftMarks()).toBe(0);
  });

  it('of price or stock alone make no run of products', async () => {
    bench.skus.set('1', 4);
    await bench.mark('1', 'product');
    await bench.workAll();
    bench.skus.set('1', 3);
    await bench.mark('1', 'stock');
    await bench.workAll();
    bench.skus.set('1', 2);
    await bench.mark('1', 'price');
    await bench.workAll();
    expect(bench.quantityOf('1')).toBe(2);
    expect(await kindsOf()).toEqual(['inventory', 'inventory', 'inventory', 'products']);
  });

  it('that come while the SKU is read are read again', async () => {
    bench.skus.set('1', 4);
    let isFirst = true;
    bench.beforeRead.hook = async () => {
      if (!isFirst) return;
      isFirst = false;
      bench.skus.set('1', 9);
      await bench.mark('1', 'stock');
    };
    await bench.mark('1', 'product');
    await bench.workAll();
    expect(bench.reads).toEqual(['1', '1']);
    expect(bench.quantityOf('1')).toBe(9);
    expect(await leftMarks()).toBe(0);
  });

  it('after a silence are read at once, and one after another with a pause', async () => {
    bench.policy.pauseMs = 30_000;
    bench.skus.set('1', 4);
    await bench.mark('1', 'stock');
    bench.clock.advance(1_000);
    await bench.work();
    expect(bench.reads).toEqual(['1']);
    for (let times = 0; times < 29; times += 1) {
      await bench.mark('1', 'stock');
      bench.clock.advance(1_000);
      await bench.work();
    }
    expect(bench.reads).toEqual(['1']);
    bench.clock.advance(2_000);
    await bench.work();
    expect(bench.reads).toEqual(['1', '1']);
  });

  it('say of a SKU that is not sold any more that no store has it, if the partner knows it', async () => {
    bench.skus.set('1', 4).set('2', null);
    await bench.mark('1', 'product');
    await bench.workAll();
    expect(bench.quantityOf('1')).toBe(4);
    await bench.mark('1', 'removed');
    await bench.mark('2', 'product');
    await bench.workAll();
    expect(JSON.parse(bench.partner.books.get('store-1/1') ?? '')).toMatchObject({ available: false, quantity: 0 });
    expect(bench.partner.requests.flat()).not.toContain('store-1/2');
    const rejected = (await bench.runs()).map(({ counts }) => counts.rejected);
    expect(rejected.every((count) => count === 0)).toBe(true);
  });

  it('of a SKU that was taken out and put back are of one that is there', async () => {
    bench.skus.set('1', 4);
    await bench.mark('1', 'removed');
    await bench.mark('1', 'product');
    await bench.workAll();
    expect(bench.quantityOf('1')).toBe(4);
  });

  it('that the source refuses to tell of are rejected rows, and hold up nobody', async () => {
    bench.skus.set('1', 4).set('2', 5);
    bench.beforeRead.hook = (skuId) => {
      if (skuId === '1') throw new Failure('rejected', 'vtex.chk9', 'VTEX refused sku.get');
    };
    await bench.mark('1', 'product');
    await bench.mark('2', 'product');
    await bench.workAll();
    expect(bench.quantityOf('2')).toBe(5);
    expect((await bench.runs()).map(({ counts, status }) => [status, counts.rejected])).toEqual([
      ['completedWithRejects', 1],
      ['completedWithRejects', 1],
    ]);
  });

  it('stay marked while the source is away or asks for patience, but for those that were read before it', async () => {
    for (let n = 0; n < 60; n += 1) {
      bench.skus.set(`${n}`, n);
      await bench.mark(`${n}`, 'product');
    }
    let reads = 0;
    bench.beforeRead.hook = () => {
      reads += 1;
      if (reads > 50) throw new Failure('throttled', 'vtex.throttled', 'VTEX answered 429', { retryAfterMs: 1_000 });
    };
    bench.clock.advance(1_000);
    await bench.work();
    expect((await takeMarks(bench.store, `con_${'1'.repeat(26)}`, 100)).marks).toHaveLength(10);
    delete bench.beforeRead.hook;
    await bench.workAll();
    expect(bench.quantityOf('59')).toBe(59);
    // Read once each, but for what was asked in vain.
    expect(new Set(bench.reads.slice(0, 50)).size).toBe(50);
    expect(await leftMarks()).toBe(0);
  });
});

describe('a worker that dies over changes', () => {
  const story = async (life: Life): Promise<void> => {
    bench = await openPullBench(client);
    bench.skus.set('1', 1).set('2', 2);
    await bench.mark('1', 'product');
    await bench.mark('2', 'product');
    await bench.workAll();
    bench.skus.set('1', 7).set('2', null).set('3', 8);
    for (const skuId of ['1', '2', '3']) await bench.mark(skuId, 'product');
    for (let turn = 0; turn < 10 && !life.dead; turn += 1) {
      bench.clock.advance(1_001);
      await bench.work(life);
    }
    // One more after the death, as life goes on.
    bench.skus.set('1', 6);
    await bench.mark('1', 'stock');
    await bench.workAll();
  };

  it.each(['before', 'after'] as const)(
    'at any moment, %s a command has its effect, leaves the partner with the latest values',
    async (dies) => {
      let survived = false;
      for (let left = 1; !survived; left += 1) {
        const life: Life = { left, dies, dead: false };
        await story(life);
        expect(
          ['1', '2', '3'].map((skuId) => bench.quantityOf(skuId)),
          `died at ${left}`,
        ).toEqual([6, 0, 8]);
        expect(await leftMarks()).toBe(0);
        // What nobody starts is shown as what it is, an hour later.
        const states = (await bench.runs()).map(({ status }) => status);
        expect(states.every((status) => status === 'completed' || status === 'spooling')).toBe(true);
        survived = !life.dead;
        expect(left).toBeLessThan(300);
      }
    },
    120_000,
  );
});
