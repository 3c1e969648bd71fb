import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { listRuns, requireRun } from '../../src/store/runs.ts';
import { testRedis } from '../support/redis.ts';
import { item, line, openRunBench, type Life, type RunBench } from './run-bench.ts';

const { client } = await testRedis();
let bench: RunBench;
beforeEach(async () => {
  bench = await openRunBench(client);
});

const items = (count: number, quantity = 1, from = 0) =>
  Array.from({ length: count }, (_, n) => item(`p-${from + n}`, quantity));
const runOf = (runId: string) => requireRun(bench.store, runId);
const retireOf = async (runId: string) => (await runOf(runId)).retire;
const bookOf = (product: string, store = 'store-1'): unknown =>
  JSON.parse(bench.partner.books.get(`${store}/${product}`) ?? 'null');
const onSale = () =>
  [...bench.partner.books].filter(([, text]) => JSON.parse(text).available === true).map(([key]) => key);
const workAll = async (): Promise<void> => {
  while ((await bench.work()) > 0);
};
const full = { mode: 'full' } as const;
/** Brings stock to the partner. */
const stock = async (rows: Parameters<RunBench['upload']>[0]): Promise<void> => {
  await bench.upload(rows);
  await workAll();
  bench.partner.requests.length = 0;
};
const product = (id: string) => ({ externalIdentifier: id, name: id, imageUrls: ['https://i.example/1'], categories: [], weight: 1, dimensions: {}, identifiers: [] }); // prettier-ignore

describe('a full snapshot', () => {
  it('retires exactly what the partner has and it has not, and keeps what else is known of it', async () => {
    await stock([...items(30), { ...item('gone', 4), valueCents: 250, currency: 'USD' }]);
    const runId = await bench.upload([...items(29), item('new', 1)], full);
    await workAll();
    expect(await runOf(runId)).toMatchObject({
      status: 'completed',
      counts: { received: 30, accepted: 1, unchanged: 29, rejected: 0, superseded: 0 },
      retire: { phase: 'done', held: false, listed: 32, wouldRetire: 2, retired: 2, foreign: 0, rejected: 0 },
      // One with the new row, four pages of ten, one that retires.
      requestsUsed: 6,
    });
    expect(bookOf('p-29')).toMatchObject({ available: false, quantity: 0 });
    expect(bookOf('gone')).toMatchObject({ available: false, quantity: 0, valueCents: 250, currency: 'USD' });
    expect(onSale()).toHaveLength(30);
    expect((await bench.verdicts(runId)).map(({ verdict }) => verdict).slice(30)).toEqual(['accepted', 'accepted']);
  });

  it('sends what it has retired no second time, and takes it back when it comes again', async () => {
    await stock(items(20));
    await bench.upload(items(19), full);
    await workAll();
    bench.partner.requests.length = 0;
    const again = await bench.upload(items(19), full);
    await workAll();
    expect(await retireOf(again)).toMatchObject({ unavailable: 1, wouldRetire: 0, retired: 0 });
    expect(bench.partner.requests).toEqual([]);
    await stock(items(20));
    expect(onSale()).toHaveLength(20);
  });

  it('leaves alone what has no key of ours', async () => {
    await stock(items(20));
    bench.partner.books.set('theirs', JSON.stringify({ available: true, quantity: 3 }));
    bench.partner.books.set('odd', JSON.stringify({ ...item('x'.repeat(200), 1) }));
    const runId = await bench.upload(items(19), full);
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ listed: 20, foreign: 2, retired: 1 });
    expect(bench.partner.books.get('theirs')).toContain('true');
  });

  it('retires again what somebody else has put on sale meanwhile', async () => {
    await stock(items(20));
    await bench.upload(items(19), full);
    await workAll();
    bench.partner.books.set('store-1/p-19', JSON.stringify(item('p-19', 0)));
    await bench.upload(items(19), full);
    await workAll();
    expect(bookOf('p-19')).toMatchObject({ available: false });
  });

  it('counts a row that is wrong as there, when it says what it is about', async () => {
    await stock(items(20));
    const wrong = { ...item('p-19', 1), quantity: 'many' };
    const runId = await bench.upload([...items(18), wrong, { ...item('p-18', 1), externalProductId: 18 }], full);
    await workAll();
    // 18 is another product than p-18.
    expect(await runOf(runId)).toMatchObject({ counts: { rejected: 2 }, retire: { held: false, retired: 1 } });
    expect(bookOf('p-19')).toMatchObject({ available: true });
  });

  it('of one store leaves the others alone, takes no rows of theirs, and takes a mistyped store for none', async () => {
    await stock([...items(20), item('a', 1, 'store-2'), item('b', 1, 'store-2')]);
    const rows = [...items(18), item('p-18', 1, 'store-l')];
    const runId = await bench.upload(rows, { ...full, storeLocationId: 'store-1' });
    await workAll();
    expect(await runOf(runId)).toMatchObject({ counts: { rejected: 1 }, retire: { listed: 20, retired: 1 } });
    expect((await bench.verdicts(runId))[18]).toEqual({ verdict: 'rejected', codes: ['row.other_store'] });
    expect(bookOf('p-19')).toMatchObject({ available: false });
    expect(onSale()).toHaveLength(21);
  });

  it('that is dry says what it would retire, and retires nothing', async () => {
    await stock(items(20));
    const runId = await bench.upload(items(10), { ...full, dryRun: true });
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ phase: 'done', held: true, wouldRetire: 10, retired: 0 });
    expect(bench.partner.requests).toEqual([]);
    expect(await bench.confirm(runId)).toBe('state');
  });

  it('of products retires the stock of those that it has not, in a run of stock', async () => {
    await stock([...items(20), item('p-19', 1, 'store-2'), item('p-18', 1, 'store-2')]);
    const ids = Array.from({ length: 19 }, (_, n) => `p-${n}`);
    const runId = await bench.upload(ids.map(product), { kind: 'products', ...full });
    await workAll();
    const run = await runOf(runId);
    expect(run).toMatchObject({ status: 'completed', retire: { phase: 'done', listed: 22, wouldRetire: 2 } });
    expect(await runOf(run.retire?.runId ?? '')).toMatchObject({
      kind: 'inventory',
      status: 'completed',
      counts: { accepted: 2 },
    });
    expect(onSale().filter((key) => key.includes('/'))).toHaveLength(20);
    expect(bookOf('p-19', 'store-2')).toMatchObject({ available: false });
  });
});

describe('the guard of a full snapshot', () => {
  it.each([
    ['would retire more than its share', items(17), {}],
    ['is empty', [], {}],
    ['has no good row', [{ ...item('p-0', 1), quantity: -1 }], {}],
    ['has a row that could be about anything', [...items(19), '{"nonsense'], { unreadable: 1 }],
  ])('holds one that %s: nothing is retired before somebody confirms it', async (_, rows, retire) => {
    await stock(items(20));
    const runId = await bench.upload(rows, full);
    await workAll();
    const held = await runOf(runId);
    expect(held).toMatchObject({ retire: { phase: 'held', held: true, listed: 20, retired: 0, ...retire } });
    expect(held.status).toMatch(/^completed/);
    expect(onSale()).toHaveLength(20);
    expect(await bench.confirm(runId)).toBe('confirmed');
    expect(await bench.confirm(runId)).toBe('state');
    await workAll();
    const confirmed = await runOf(runId);
    expect(confirmed.retire).toMatchObject({ phase: 'done', retired: held.retire?.wouldRetire });
    expect(confirmed.counts).toEqual(held.counts);
    expect(onSale()).toHaveLength(20 - (held.retire?.wouldRetire ?? 0));
  });

  it('lets it pass when the upload confirmed it', async () => {
    await stock(items(20));
    await bench.upload([], { ...full, confirmRetire: true });
    await workAll();
    expect(onSale()).toEqual([]);
  });

  it('holds it again when there is more than was confirmed', async () => {
    await stock(items(20));
    const runId = await bench.upload(items(10), full);
    await workAll();
    bench.partner.books.set('store-1/more', JSON.stringify(item('more', 1)));
    await bench.confirm(runId);
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ phase: 'held', wouldRetire: 11, retired: 0 });
    await bench.confirm(runId);
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ phase: 'done', retired: 11 });
  });

  it('spares what newer runs have sent while it was held', async () => {
    await stock(items(20));
    const runId = await bench.upload(items(10), full);
    await workAll();
    // One that says the same as before, one that was rejected for another field.
    await bench.upload([item('p-15', 1), { ...item('p-16', 1), quantity: -1 }]);
    await workAll();
    await bench.confirm(runId);
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ phase: 'done', retired: 8 });
    expect(onSale()).toHaveLength(12);
    expect(onSale()).toContain('store-1/p-15');
  });

  it('confirms nothing of a run whose rows are not kept any more', async () => {
    await stock(items(20));
    const runId = await bench.upload(items(10), full);
    await workAll();
    await client.del(bench.store.keys.endedRuns);
    expect(await bench.confirm(runId)).toBe('gone');
  });
});

describe('a full snapshot in trouble', () => {
  it('waits behind older runs, small as it is, and finds what they bring', async () => {
    bench = await openRunBench(client, 5_000);
    await stock(items(20));
    const older = await bench.spool(items(20_001, 1, 100), { segmentRows: 10_000 });
    await bench.start(older);
    const runId = await bench.upload(items(20), { ...full, confirmRetire: true });
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ wouldRetire: 20_001, retired: 20_001 });
  }, 60_000);

  it.each([
    ['listed', 'list'],
    ['retired', 'before'],
  ] as const)('spares a key that a newer small run sends while it is %s', async (_, hook) => {
    await stock(items(60));
    const runId = await bench.upload(items(40), { ...full, confirmRetire: true });
    const newer = await bench.spool([item('p-55', 9)]);
    bench.partner.hooks[hook] = async () => {
      bench.partner.hooks = {};
      await bench.start(newer);
    };
    await workAll();
    const run = await runOf(runId);
    expect(run.retire?.phase).toBe('done');
    expect(await runOf(newer)).toMatchObject({ status: 'completed' });
    expect(bookOf('p-55')).toMatchObject({ available: true, quantity: 9 });
    expect(onSale()).toHaveLength(41);
  });

  it.each([
    ['short pause', new Failure('throttled', 'nash.throttled', 'slow down', { retryAfterMs: 500 })],
    ['long pause', new Failure('throttled', 'nash.throttled', 'slow down', { retryAfterMs: 30_000 })],
    ['failure', new Failure('transient', 'nash.unavailable', 'down')],
  ])('waits out a %s while it lists', async (_, failure) => {
    await stock(items(30));
    let left = 2;
    bench.partner.hooks.list = (page) => {
      left -= page === 2 ? 1 : 0;
      if (page === 2 && left >= 0) throw failure;
    };
    const runId = await bench.upload(items(28), full);
    for (let turn = 0; turn < 4; turn += 1) {
      await workAll();
      bench.clock.advance(30_000);
    }
    expect(await retireOf(runId)).toMatchObject({ phase: 'done', listed: 30, retired: 2 });
  });

  it('that the partner leaves alone fails, retires nothing, and goes on when it is resumed', async () => {
    await stock(items(30));
    bench.partner.hooks.list = () => {
      throw new Failure('transient', 'nash.unavailable', 'down');
    };
    const runId = await bench.upload(items(28), full);
    await expect(bench.work()).rejects.toMatchObject({ code: 'nash.unavailable' });
    expect(onSale()).toHaveLength(30);
    bench.partner.hooks = {};
    await workAll();
    expect(await retireOf(runId)).toMatchObject({ phase: 'done', retired: 2 });
  });

  it('that is canceled while it lists retires nothing', async () => {
    await stock(items(30));
    const runId = await bench.upload(items(28), full);
    bench.partner.hooks.list = async (page) => {
      if (page === 1) await bench.cancel(runId);
    };
    await workAll();
    expect(await runOf(runId)).toMatchObject({ status: 'canceled', retire: { phase: 'listing', retired: 0 } });
    expect(onSale()).toHaveLength(30);
    expect(await bench.confirm(runId)).toBe('state');
  });

  it('gives way when its time is up, and goes on with the page after', async () => {
    await stock(items(60));
    const runId = await bench.upload(items(57), full);
    const pages: number[] = [];
    bench.partner.hooks.list = (page) => void pages.push(page);
    let turns = 0;
    const change: NonNullable<NonNullable<Parameters<RunBench['work']>[0]>['change']> = (context) => ({
      ...context,
      isDraining: () => pages.length > turns,
    });
    while ((await bench.work({ change })) > 0) turns += 1;
    expect(turns).toBeGreaterThan(3);
    expect(pages).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await retireOf(runId)).toMatchObject({ phase: 'done', listed: 60, retired: 3 });
  });

  it.each(['before', 'after'] as const)(
    'whose worker dies at any moment, %s a command has its effect, ends the same',
    async (dies) => {
      let survived = false;
      for (let left = 1; !survived; left += 1) {
        bench = await openRunBench(client, 10);
        await stock(items(25));
        const life: Life = { left, dies, dead: false };
        const runId = await bench.upload(items(22, 2), { ...full, confirmRetire: true });
        await bench.work({ life });
        await workAll();
        const { status, counts, retire } = await runOf(runId);
        expect({ status, counts, retire }).toMatchObject({
          status: 'completed',
          counts: { received: 22, accepted: 22 },
          retire: { phase: 'done', listed: 25, wouldRetire: 3, retired: 3 },
        });
        expect(onSale(), String(left)).toHaveLength(22);
        survived = !life.dead;
        expect(left).toBeLessThan(300);
      }
    },
    120_000,
  );

  it.each(['before', 'after'] as const)(
    'of products whose worker dies at any moment, %s a command has its effect, retires them all the same',
    async (dies) => {
      let survived = false;
      for (let left = 1; !survived; left += 1) {
        bench = await openRunBench(client, 10);
        await stock(items(5));
        const life: Life = { left, dies, dead: false };
        const options = { kind: 'products', ...full, confirmRetire: true } as const;
        const runId = await bench.upload([product('p-0'), product('p-1')], options);
        await bench.work({ life });
        await workAll();
        expect(await retireOf(runId)).toMatchObject({ phase: 'done', listed: 5, wouldRetire: 3 });
        expect(onSale().sort(), String(left)).toEqual(['store-1/p-0', 'store-1/p-1']);
        const { runs } = await listRuns(bench.store, line.merchantId, { limit: 100 });
        expect(runs.filter(({ kind, status }) => kind === 'inventory' && status === 'completed')).toHaveLength(2);
        survived = !life.dead;
        expect(left).toBeLessThan(300);
      }
    },
    120_000,
  );
});
