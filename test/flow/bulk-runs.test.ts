import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunKind } from '../../src/domain/bulk-run.ts';
import { isOver, type RunMode } from '../../src/domain/run.ts';
import { runSendWork } from '../../src/queues/run-send.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { startRun } from '../../src/store/run-line.ts';
import { readVerdicts, toVerdict } from '../../src/store/run-verdicts.ts';
import { addSegment, createRun, listSegments, requireRun } from '../../src/store/runs.ts';
import { writeSpool } from '../../src/store/spool.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
let packline: TestPackline;
let store: StoreDeps;
beforeAll(async () => {
  packline = await startPackline({ redisUrl });
  const [first] = packline.base.stores;
  if (first === undefined) throw new Error('there is no shard');
  store = first;
});
afterAll(() => packline.close());

async function upload(kind: RunKind, rows: readonly object[], mode: RunMode = 'upsert'): Promise<string> {
  const { merchantId, connectionId, base } = packline;
  const run = await createRun(store, { merchantId, connectionId, kind, mode, dryRun: false });
  const lines = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const blocks = async function* () {
    yield await Promise.resolve({ lines, rows: rows.length });
  };
  await writeSpool(base.blobs, run.id, blocks(), (segment) => addSegment(store, run.id, segment));
  const line = { merchantId, connectionId, kind };
  await startRun(store, line, run.id, runSendWork(line));
  return run.id;
}
const over = (runId: string) =>
  vi.waitFor(
    async () => {
      const run = await requireRun(store, runId);
      expect(isOver(run), JSON.stringify(run)).toBe(true);
      return run;
    },
    { timeout: 60_000, interval: 100 },
  );
async function verdictsOf(runId: string): Promise<(string | undefined)[]> {
  const verdicts: (string | undefined)[] = [];
  for (const segment of await listSegments(store, runId)) {
    const { bytes } = await readVerdicts(store, packline.base.blobs, runId, segment);
    verdicts.push(...[...bytes].map(toVerdict));
  }
  return verdicts;
}
/** What the partner has, by product and store. */
async function readBooks(): Promise<Map<string, number>> {
  const reply = await fetch(`${packline.sandboxUrl}/_sandbox/nash/catalog/inventory?org=org_demo`);
  const rows = (await reply.text()).split('\n').filter(Boolean);
  return new Map(
    rows.map((line) => {
      const row = JSON.parse(line) as Record<string, unknown>;
      return [`${String(row['externalStoreLocationId'])}/${String(row['externalProductId'])}`, Number(row['quantity'])];
    }),
  );
}

const product = (n: number) => ({
  externalIdentifier: `p-${n}`,
  name: `Product ${n}`,
  imageUrls: [`https://img.example/${n}.jpg`],
  categories: ['all'],
  weight: 1,
  dimensions: { depth: 1, height: 1, width: 1 },
  identifiers: [],
});
const item = (n: number, quantity: number, storeId = 'store-1') => ({
  externalProductId: `p-${n}`,
  externalStoreLocationId: storeId,
  available: true,
  quantity,
});
const range = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const productCount = 2_500;

describe('bulk runs, through the workers, against the sandbox', () => {
  it('bring a catalogue, then its stock, and announce their end', async () => {
    const products = await over(await upload('products', range(productCount, product)));
    expect(products).toMatchObject({ status: 'completed', counts: { accepted: productCount }, requestsUsed: 3 });
    const stock = await over(
      await upload(
        'inventory',
        range(productCount, (n) => item(n, n)),
      ),
    );
    expect(stock).toMatchObject({ status: 'completed', counts: { accepted: productCount }, requestsUsed: 1 });
    const books = await readBooks();
    expect(books.size).toBe(productCount);
    expect(books.get('store-1/p-77')).toBe(77);
    await vi.waitFor(() => {
      const types = packline.subscriber.received.map(({ type }) => type);
      expect(types).toContain('catalog.run_completed');
      expect(types).toContain('inventory.run_completed');
    });
  });

  it('leave the partner with the latest values and every row with one verdict, whatever happens on the way', async () => {
    const fault = (body: object) => packline.control('POST', '/faults', { match: { path: '/v1/inventory', method: 'POST' }, ...body }); // prettier-ignore
    await fault({ times: 1, fault: { kind: 'status', status: 500, afterEffect: true } });
    await fault({ times: 1, fault: { kind: 'dropAfter' } });
    await fault({ times: 1, fault: { kind: 'rateLimit', retryAfterSeconds: 1 } });
    await fault({ times: 1, fault: { kind: 'garbage', afterEffect: true } });
    await packline.control('POST', '/nash/answers', {
      refusedRows: ['p-5'],
      refusalNames: 'none',
      silentRows: ['p-6'],
    });
    const rows = [
      ...range(productCount, (n) => item(n, n)),
      ...range(productCount, (n) => item(n, n + 1)),
      item(9, 1, 'nowhere'),
      item(productCount + 1, 1),
      ...range(500, (n) => item(n, 7)),
    ];
    const run = await over(await upload('inventory', rows));
    const verdicts = await verdictsOf(run.id);
    expect(verdicts).toHaveLength(rows.length);
    expect(verdicts).not.toContain(undefined);
    for (const verdict of ['accepted', 'unchanged', 'rejected', 'superseded'] as const) {
      expect(run.counts[verdict], verdict).toBe(verdicts.filter((one) => one === verdict).length);
    }
    expect(run.status).toBe('completedWithRejects');
    const books = await readBooks();
    for (let n = 0; n < productCount; n += 1) {
      if (n !== 5) expect(books.get(`store-1/p-${n}`), `p-${n}`).toBe(n < 500 ? 7 : n + 1);
    }
    const { rate } = await packline.control('GET', '/nash/catalog?org=org_demo');
    expect(rate).toMatchObject({ violations: 0 });
  });

  it('that are full snapshots retire exactly what they do not have, through faults and within the limit', async () => {
    const fault = (method: string, body: object) => packline.control('POST', '/faults', { match: { path: '/v1/inventory', method }, ...body }); // prettier-ignore
    const retiredOf = async (): Promise<string[]> => {
      const reply = await fetch(`${packline.sandboxUrl}/_sandbox/nash/catalog/inventory?org=org_demo`);
      const rows = (await reply.text()).split('\n').filter(Boolean);
      return rows.flatMap((line) => {
        const { available, externalProductId, quantity } = JSON.parse(line) as Record<string, unknown>;
        return available === false ? [`${String(externalProductId)} ${String(quantity)}`] : [];
      });
    };
    await packline.control('POST', '/nash/answers', { refusedRows: [], silentRows: [] });
    await fault('GET', { times: 1, fault: { kind: 'status', status: 500 } });
    await fault('GET', { times: 1, fault: { kind: 'rateLimit', retryAfterSeconds: 1 } });
    await fault('GET', { times: 1, fault: { kind: 'dropAfter' } });
    await fault('GET', { times: 1, fault: { kind: 'garbage' } });
    await fault('POST', { times: 1, fault: { kind: 'status', status: 500, afterEffect: true } });
    const first = range(productCount - 100, (n) => item(n, n));
    const stock = await over(await upload('inventory', first, 'full'));
    expect(stock).toMatchObject({ status: 'completed', retire: { phase: 'done', wouldRetire: 100, retired: 100 } });
    const absent = range(100, (n) => `p-${productCount - 100 + n} 0`);
    expect((await retiredOf()).sort()).toEqual(absent.sort());

    const held = await over(await upload('products', range(productCount - 1_000, product), 'full'));
    expect(held).toMatchObject({ status: 'completed', retire: { phase: 'held', wouldRetire: 900, retired: 0 } });
    expect(await retiredOf()).toHaveLength(100);
    await vi.waitFor(() => {
      const bodies = packline.subscriber.received.map((message) => JSON.stringify(message));
      expect(bodies.some((body) => body.includes(held.id) && body.includes('retireHeld'))).toBe(true);
    });
    const confirmed = await packline.call('POST', `/v1/runs/${held.id}/confirm-retire`);
    expect(confirmed.status).toBe(202);
    const { retire } = await over(held.id);
    expect(retire).toMatchObject({ phase: 'done', wouldRetire: 900 });
    expect(await over(retire?.runId ?? '')).toMatchObject({ kind: 'inventory', counts: { accepted: 900 } });
    expect(await retiredOf()).toHaveLength(1_000);
    const { rate } = await packline.control('GET', '/nash/catalog?org=org_demo');
    expect(rate).toMatchObject({ violations: 0 });
  });
});
