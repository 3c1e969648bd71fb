import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { readRun } from '../../src/store/runs.ts';
import { item, openRunBench, type Life, type RunBench } from '../bulk/run-bench.ts';
import { testRedis } from '../support/redis.ts';

const { client } = await testRedis();
let bench: RunBench;
beforeEach(async () => {
  bench = await openRunBench(client);
});

const items = (count: number, quantity: number, from = 0) =>
  Array.from({ length: count }, (_, n) => item(`p-${from + n}`, quantity));
const countsOf = async (runId: string) => (await readRun(bench.store, runId))?.counts;
const statusOf = async (runId: string) => (await readRun(bench.store, runId))?.status;
const verdictsOf = async (runId: string) => (await bench.verdicts(runId)).map(({ verdict }) => verdict);
const quantityOf = (product: string, store = 'store-1'): unknown =>
  JSON.parse(bench.partner.books.get(`${store}/${product}`) ?? '{}').quantity;
/** Works until nothing is due. */
const workAll = async (): Promise<void> => {
  while ((await bench.work()) > 0);
};

describe('a run', () => {
  it('brings every row to the partner, in batches, and gives each a verdict', async () => {
    const runId = await bench.upload(items(35, 1), { segmentRows: 8 });
    await workAll();
    expect(await statusOf(runId)).toBe('completed');
    expect(await countsOf(runId)).toEqual({ received: 35, accepted: 35, unchanged: 0, rejected: 0, superseded: 0 });
    expect(await verdictsOf(runId)).toEqual(Array(35).fill('accepted'));
    expect(bench.partner.requests.map((keys) => keys.length)).toEqual([10, 10, 10, 5]);
    expect(await readRun(bench.store, runId)).toMatchObject({ requestsUsed: 4, failure: null });
  });

  it.each([
    ['products', 'catalog'],
    ['inventory', 'inventory'],
  ] as const)(
    'of %s asks for the slots of its calls as %s, and waits for them longer than an order does',
    async (kind, of) => {
      await bench.upload([kind === 'inventory' ? item('a', 1) : { externalIdentifier: 'a', name: 'A' }], { kind });
      await workAll();
      expect(bench.openedWith).toEqual([{ class: of, waitMaxMs: 2_000 }]);
    },
  );

  it('sends only what changed since the partner last accepted it', async () => {
    await bench.upload(items(30, 1));
    await workAll();
    const again = await bench.upload([...items(29, 1), item('p-29', 2), item('p-30', 1)]);
    await workAll();
    expect(await countsOf(again)).toMatchObject({ accepted: 2, unchanged: 29 });
    expect(bench.partner.requests.at(-1)).toEqual(['store-1/p-29', 'store-1/p-30']);
  });

  it('sends the latest of several rows about one thing, wherever they stand', async () => {
    const rows = [item('a', 1), item('b', 1), item('a', 2), ...items(25, 1), item('a', 3), item('p-0', 9)];
    const runId = await bench.upload(rows, { segmentRows: 6 });
    await workAll();
    expect(quantityOf('a')).toBe(3);
    expect(quantityOf('p-0')).toBe(9);
    const counts = await countsOf(runId);
    expect((counts?.accepted ?? 0) + (counts?.superseded ?? 0)).toBe(rows.length);
    expect((await verdictsOf(runId)).includes(undefined)).toBe(false);
  });

  it.each(['comes just before it', 'waits', 'is under way'])(
    'ends with what the partner had before the run, when that is the latest and another value %s',
    async (where) => {
      bench = await openRunBench(client, where === 'is under way' ? 2 : 10);
      await bench.upload([item('a', 1)]);
      await workAll();
      const rows = [item('a', 2), item('x', 1), item('a', 1), item('y', 1), item('z', 1)];
      const runId = await bench.spool(rows, { segmentRows: where === 'comes just before it' ? 10 : 2 });
      // The third segment is read when the second has been judged.
      const isJudged = Promise.withResolvers<void>();
      const { blobs } = bench;
      const get = blobs.get.bind(blobs);
      blobs.get = (name) => {
        if (name === `runs/${runId}/rows-3`) isJudged.resolve();
        return get(name);
      };
      bench.partner.hooks.before = (keys) =>
        keys.includes('store-1/a') && where === 'is under way' ? isJudged.promise : undefined;
      await bench.start(runId);
      await workAll();
      expect(quantityOf('a')).toBe(1);
      expect((await verdictsOf(runId))[2]).toBe('accepted');
    },
  );

  it('rejects what cannot be a row, what the partner refuses and what it finds nothing for, and only that', async () => {
    bench.partner.refused.add('bad');
    bench.partner.orphans.add('lost');
    const rows = [...items(12, 1), item('bad', 1), '{"nonsense', item('lost', 1), { ...item('q', 1), quantity: -1 }];
    const runId = await bench.upload(rows);
    await workAll();
    expect(await statusOf(runId)).toBe('completedWithRejects');
    expect(await countsOf(runId)).toMatchObject({ accepted: 12, rejected: 4 });
    const found = await bench.verdicts(runId);
    expect(found.slice(12)).toEqual([
      { verdict: 'rejected', codes: ['test.refused'] },
      { verdict: 'rejected', codes: ['row.json'] },
      { verdict: 'rejected', codes: ['test.orphan'] },
      { verdict: 'rejected', codes: [expect.stringContaining('field.')] },
    ]);
    expect(bench.partner.books.size).toBe(12);
  });

  it('sends again what was rejected, when it comes again', async () => {
    bench.partner.orphans.add('lost');
    await bench.upload([item('lost', 1)]);
    await workAll();
    bench.partner.orphans.clear();
    const again = await bench.upload([item('lost', 1)]);
    await workAll();
    expect(await countsOf(again)).toMatchObject({ accepted: 1 });
  });

  it('brings products with their remarks', async () => {
    const product = { externalIdentifier: 'p', name: 'P', categories: [], weight: 1, dimensions: {}, identifiers: [] };
    const runId = await bench.upload([product], { kind: 'products' });
    await workAll();
    expect(await bench.verdicts(runId)).toEqual([{ verdict: 'accepted', codes: ['product.no_image'] }]);
  });

  it('without rows is over at once', async () => {
    const runId = await bench.upload([]);
    await workAll();
    expect(await statusOf(runId)).toBe('completed');
  });

  it('that is dry sends nothing, learns nothing, and says what it would send', async () => {
    await bench.upload(items(5, 1));
    await workAll();
    const requests = bench.partner.requests.length;
    const dry = await bench.upload([...items(5, 1), item('new', 1), 'nonsense'], { dryRun: true });
    await workAll();
    expect(await countsOf(dry)).toMatchObject({ accepted: 1, unchanged: 5, rejected: 1 });
    expect(bench.partner.requests.length).toBe(requests);
    const real = await bench.upload([item('new', 1)]);
    await workAll();
    expect(await countsOf(real)).toMatchObject({ accepted: 1 });
  });
});

describe('trouble at the partner', () => {
  const fail = (failure: Failure, when: 'before' | 'after', times: number): void => {
    let left = times;
    bench.partner.hooks[when] = () => {
      left -= 1;
      if (left >= 0) throw failure;
    };
  };

  it.each(['before', 'after'] as const)('that passes is waited out, %s the effect', async (when) => {
    fail(new Failure('transient', 'nash.unavailable', 'down'), when, 3);
    const runId = await bench.upload(items(35, 1));
    await workAll();
    expect(await countsOf(runId)).toMatchObject({ accepted: 35 });
    expect(bench.partner.books.size).toBe(35);
  });

  it('that is a time-out after the effect, or asks for a pause and says not how long, costs a request and no row', async () => {
    fail(new Failure('transient', 'http.timeout', 'no answer'), 'after', 1);
    const late = await bench.upload(items(10, 1));
    await workAll();
    expect(await readRun(bench.store, late)).toMatchObject({ counts: { accepted: 10 }, requestsUsed: 2 });
    fail(new Failure('throttled', 'nash.throttled', 'slow down'), 'before', 1);
    const slow = await bench.upload(items(10, 2));
    await workAll();
    expect(await readRun(bench.store, slow)).toMatchObject({ counts: { accepted: 10 }, requestsUsed: 2 });
    expect(quantityOf('p-9')).toBe(2);
  });

  it('that asks for a pause gets it without a worker waiting', async () => {
    fail(new Failure('throttled', 'nash.throttled', 'slow down', { retryAfterMs: 30_000 }), 'before', 1);
    const runId = await bench.upload(items(35, 1));
    await bench.work();
    expect(await bench.work()).toBe(0);
    bench.clock.advance(30_000);
    await workAll();
    expect(await countsOf(runId)).toMatchObject({ accepted: 35 });
  });

  it('that lasts goes back to the queue with what was done, and is taken up from there', async () => {
    fail(new Failure('transient', 'nash.unavailable', 'down'), 'after', 1_000);
    const runId = await bench.upload(items(35, 1));
    await expect(bench.work()).rejects.toMatchObject({ code: 'nash.unavailable' });
    bench.partner.hooks = {};
    // What the partner has may be anything: the value before the run is no reason not to send it.
    await workAll();
    expect(await countsOf(runId)).toMatchObject({ accepted: 35 });
  });

  it('leaves no doubt about rows that it may have taken: they are sent whenever they come', async () => {
    await bench.upload([item('a', 1)]);
    await workAll();
    fail(new Failure('transient', 'nash.unavailable', 'down'), 'after', 1_000);
    const doubtful = await bench.upload([item('a', 2)]);
    await expect(bench.work()).rejects.toMatchObject({ code: 'nash.unavailable' });
    bench.partner.hooks = {};
    await bench.cancel(doubtful);
    await bench.upload([item('a', 1)]);
    await workAll();
    expect(await statusOf(doubtful)).toBe('canceled');
    expect(quantityOf('a')).toBe(1);
  });
});

describe('a worker that dies', () => {
  /** Two runs with repeated keys; the second brings things back to the values of the first, in part. */
  const story = async (life: Life | undefined): Promise<string[]> => {
    bench = await openRunBench(client, 5);
    bench.partner.orphans.add('p-3');
    const first = await bench.upload(items(12, 1), { segmentRows: 5 });
    await workAll();
    const rows = [...items(12, 2), item('p-1', 1), 'nonsense', item('p-2', 3), item('p-2', 1)];
    const second = await bench.upload(rows, { segmentRows: 4 });
    if (life !== undefined) await bench.work({ life });
    await workAll();
    return [first, second];
  };
  const judge = async ([, second]: string[]): Promise<void> => {
    expect(await statusOf(second ?? '')).toBe('completedWithRejects');
    const verdicts = await verdictsOf(second ?? '');
    expect(verdicts).toHaveLength(16);
    expect(verdicts).not.toContain(undefined);
    const counts = await countsOf(second ?? '');
    for (const verdict of ['accepted', 'unchanged', 'rejected', 'superseded'] as const) {
      expect(counts?.[verdict], verdict).toBe(verdicts.filter((one) => one === verdict).length);
    }
    expect(verdicts[3]).toBe('rejected');
    expect(verdicts[13]).toBe('rejected');
    for (const n of [0, 4, 5, 6, 7, 8, 9, 10, 11]) expect(quantityOf(`p-${n}`), `p-${n}`).toBe(2);
    expect(quantityOf('p-1')).toBe(1);
    expect(quantityOf('p-2')).toBe(1);
    const left = await client.keys('*run-verdicts*');
    expect(left).toEqual([]);
  };

  it.each(['before', 'after'] as const)(
    'at any moment, %s a command has its effect, costs no row its one verdict and no value its place',
    async (dies) => {
      let survived = false;
      for (let left = 1; !survived; left += 1) {
        const life: Life = { left, dies, dead: false };
        await judge(await story(life));
        survived = !life.dead;
        expect(left).toBeLessThan(300);
      }
    },
    120_000,
  );

  it('leaves to its successor what was sent and not committed, before anything is compared with it', async () => {
    await bench.upload([item('a', 1)]);
    await workAll();
    const life: Life = { left: 1_000, dies: 'before', dead: false };
    bench.partner.hooks.after = () => {
      life.left = 1;
    };
    // It dies with a=2 at the partner; the run after it says again what was committed last.
    const lost = await bench.upload([item('a', 2), item('b', 1)]);
    await bench.work({ life });
    expect(life.dead).toBe(true);
    bench.partner.hooks = {};
    await bench.cancel(lost);
    await bench.upload([item('a', 1)]);
    await workAll();
    expect(await statusOf(lost)).toBe('canceled');
    expect(quantityOf('a')).toBe(1);
  });

  it('and wakes again when somebody else has its work changes nothing', async () => {
    const runId = await bench.upload(items(20, 1));
    bench.partner.hooks.before = async () => {
      bench.partner.hooks = {};
      bench.clock.advance(8_001);
      await workAll();
    };
    await bench.work().catch(() => undefined);
    expect(await statusOf(runId)).toBe('completed');
    expect(await countsOf(runId)).toMatchObject({ received: 20, accepted: 20 });
  });
});

describe('several runs of one connection', () => {
  const large = 20_001;

  it('have the values of the newest at last, and a small one does not wait for a large one', async () => {
    bench = await openRunBench(client, 1_000);
    const slow = await bench.spool(items(large, 1), { segmentRows: 5_000 });
    const quick = await bench.spool([item('p-1', 7), item(`p-${large - 1}`, 7), item('new', 7)]);
    bench.partner.hooks.after = async () => {
      if (bench.partner.requests.length === 3) await bench.start(quick);
    };
    await bench.start(slow);
    await workAll();
    // Those under way when it came may still end before it.
    const sentAfter = bench.partner.requests.findIndex((keys) => keys.includes('store-1/new'));
    expect(sentAfter).toBeGreaterThanOrEqual(3);
    expect(sentAfter).toBeLessThanOrEqual(9);
    expect([quantityOf('p-1'), quantityOf(`p-${large - 1}`), quantityOf('new')]).toEqual([7, 7, 7]);
    expect(await countsOf(quick)).toMatchObject({ accepted: 3 });
    const counts = await countsOf(slow);
    expect(counts?.superseded).toBeGreaterThanOrEqual(1);
    expect((counts?.accepted ?? 0) + (counts?.superseded ?? 0)).toBe(large);
    expect((await verdictsOf(slow))[large - 1]).toBe('superseded');
    expect(await client.exists(bench.store.keys.runOvertaken(slow))).toBe(0);
  });

  it('keep a value that a newer one found unchanged from an older one behind it', async () => {
    bench = await openRunBench(client, 1_000);
    await bench.upload([item('p-20000', 7)]);
    await workAll();
    const slow = await bench.spool(items(large, 1), { segmentRows: 5_000 });
    const quick = await bench.spool([item('p-20000', 7)]);
    bench.partner.hooks.after = () => (bench.partner.requests.length === 3 ? bench.start(quick) : undefined);
    await bench.start(slow);
    await workAll();
    expect(await countsOf(quick)).toMatchObject({ unchanged: 1 });
    expect(quantityOf('p-20000')).toBe(7);
  });

  it('that are large go one after the other, in the order in which they came', async () => {
    bench = await openRunBench(client, 5_000);
    const first = await bench.upload(items(large, 1), { segmentRows: 10_000 });
    const second = await bench.upload(items(large, 2), { segmentRows: 10_000 });
    await workAll();
    expect(await countsOf(first)).toMatchObject({ accepted: large });
    expect(await countsOf(second)).toMatchObject({ accepted: large });
    expect(quantityOf('p-0')).toBe(2);
  });
});

describe('the end of a run', () => {
  it('comes when it is canceled: nothing more is sent, and what was has its verdict', async () => {
    const runId = await bench.upload(items(200, 1), { segmentRows: 30 });
    bench.partner.hooks.after = () =>
      bench.partner.requests.length === 4 ? bench.cancel(runId).then(() => {}) : undefined;
    await workAll();
    expect(await statusOf(runId)).toBe('canceled');
    const sent = bench.partner.requests.flat().length;
    expect(sent).toBeLessThan(200);
    expect(await countsOf(runId)).toMatchObject({ received: 200, accepted: sent, superseded: 0 });
    expect((await verdictsOf(runId)).filter((verdict) => verdict === 'accepted')).toHaveLength(sent);
    expect(await bench.cancel(runId)).toBe(false);
    expect(await client.keys('*run-verdicts*')).toEqual([]);
    const again = await bench.upload(items(200, 1));
    await workAll();
    expect(await countsOf(again)).toMatchObject({ unchanged: sent, accepted: 200 - sent });
  });

  it('comes before its first row when it is canceled while it waits', async () => {
    const runId = await bench.upload(items(5, 1));
    expect(await bench.cancel(runId)).toBe(true);
    await workAll();
    expect(await statusOf(runId)).toBe('canceled');
    expect(bench.partner.requests).toEqual([]);
  });

  it('is not held up by turns: a run goes back when its time is up, and goes on', async () => {
    const runId = await bench.upload(items(100, 1), { segmentRows: 35 });
    let turns = 0;
    while ((await bench.work({ change: (context) => ({ ...context, isDraining: () => bench.partner.requests.length > 2 * turns }) })) > 0) turns += 1; // prettier-ignore
    expect(turns).toBeGreaterThan(2);
    expect(await countsOf(runId)).toEqual({ received: 100, accepted: 100, unchanged: 0, rejected: 0, superseded: 0 });
    expect(bench.partner.requests.flat()).toHaveLength(100);
  });

  it('comes for one whose rows are lost, and the others go on', async () => {
    const lost = await bench.upload(items(5, 1));
    const other = await bench.upload(items(5, 2));
    await bench.blobs.delete(`runs/${lost}/`);
    await expect(bench.work()).rejects.toMatchObject({ code: 'spool.lost' });
    expect(await readRun(bench.store, lost)).toMatchObject({ status: 'failed', failure: { code: 'spool.lost' } });
    expect(await countsOf(other)).toMatchObject({ accepted: 5 });
  });
});
