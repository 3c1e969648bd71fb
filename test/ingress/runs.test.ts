import { describe, expect, it } from 'vitest';
import { csvColumns } from '../../src/domain/csv-columns.ts';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { failedRunWrites } from '../../src/store/run-line.ts';
import { commit } from '../../src/store/commit.ts';
import { testRedis } from '../support/redis.ts';
import { openRunWorkshop } from './run-workshop.ts';

const redis = await testRedis();
const { ingress, partner, merchant, work } = await openRunWorkshop(redis.url);
type Merchant = Awaited<ReturnType<typeof merchant>>;

const item = (product: string, quantity: unknown = 1) => ({
  externalProductId: product,
  externalStoreLocationId: 'store-1',
  available: true,
  quantity,
});
const ndjson = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const runIn = ({ body }: { body: unknown }) => body as RunView;
const readRun = async ({ get }: Merchant, id: string) => runIn(await get(`/v1/runs/${id}`));
interface Items {
  data: { row: number; key: unknown; verdict: string | null; errors: { code: string; pointer: string }[] }[];
  nextCursor: string | null;
}
const itemsOf = async ({ get }: Merchant, id: string, query = '') =>
  (await get(`/v1/runs/${id}/items${query}`)).body as Items;

describe('a run', () => {
  it('tells of each row what became of it, a page at a time, and of one verdict alone', async () => {
    const shop = await merchant();
    const rows = [item('a'), item('b', -1), item('c'), item('a', 3), item('d', 'many')];
    const { id } = runIn(await shop.upload('/v1/inventory', `${ndjson(rows)}not json\n`));
    expect((await itemsOf(shop, id)).data.map(({ verdict }) => verdict)).toEqual(Array(6).fill(null));
    await work();
    const first = await itemsOf(shop, id, '?limit=4');
    expect(first.data.map(({ row, verdict }) => [row, verdict])).toEqual([
      [1, 'superseded'],
      [2, 'rejected'],
      [3, 'accepted'],
      [4, 'accepted'],
    ]);
    expect(first.data[0]?.key).toEqual({ externalProductId: 'a', externalStoreLocationId: 'store-1' });
    const rest = await itemsOf(shop, id, `?limit=4&cursor=${first.nextCursor}`);
    expect(rest.data.map(({ row }) => row)).toEqual([5, 6]);
    expect(rest.nextCursor).toBe(null);
    const rejected = await itemsOf(shop, id, '?verdict=rejected');
    expect(rejected.data.map(({ row, errors }) => [row, errors[0]?.code, errors[0]?.pointer])).toEqual([
      [2, 'field.too_small', '/quantity'],
      [5, 'field.type', '/quantity'],
      [6, 'row.json', ''],
    ]);
    expect(rejected.data[2]?.key).toBe(null);
  });

  it.each(['ndjson', 'csv'] as const)(
    'gives its rejects as %s, which can be fixed and sent back as they are',
    async (format) => {
      const shop = await merchant();
      const products = [item(`${format} "1", x`, -7), item(`${format}-2`), item(`${format}-3`, -7)];
      const { id } = runIn(await shop.upload('/v1/inventory', ndjson(products)));
      await work();
      const file = await shop.get(`/v1/runs/${id}/rejects.${format}`);
      expect(file.headers.get('content-disposition')).toContain(`${id}-rejects.${format}`);
      const fixed = file.text.replaceAll('-7', '7');
      if (format === 'csv')
        expect(file.text.split('\r\n')[0]).toBe([...csvColumns.inventory.keys(), '_row', '_errors'].join(','));
      const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
      const again = runIn(await shop.upload('/v1/inventory', fixed, { 'Content-Type': type }));
      await work();
      expect(await readRun(shop, again.id)).toMatchObject({
        status: 'completed',
        counts: { received: 2, accepted: 2 },
      });
      expect(JSON.parse(partner.books.get(`store-1/${format} "1", x`) ?? '{}')).toMatchObject({ quantity: 7 });
      // Not fixed, they are refused for the same reason.
      const same = runIn(await shop.upload('/v1/inventory', file.text, { 'Content-Type': type }));
      await work();
      const codes = (await itemsOf(shop, same.id)).data.map(({ errors }) => errors.map(({ code }) => code));
      expect(codes).toEqual([['field.too_small'], ['field.too_small']]);
    },
  );

  it('shows in its reject files what was no row, and gives empty ones where nothing was rejected', async () => {
    const shop = await merchant();
    const broken = runIn(await shop.upload('/v1/inventory', '[1]\n{"a":\n'));
    await work();
    const lines = (await shop.get(`/v1/runs/${broken.id}/rejects.ndjson`)).text.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Record<string, unknown>)['_row'])).toEqual([1, 2]);
    const fine = runIn(await shop.upload('/v1/inventory', ndjson([item('fine')])));
    await work();
    expect((await shop.get(`/v1/runs/${fine.id}/rejects.ndjson`)).text).toBe('');
    expect((await shop.get(`/v1/runs/${fine.id}/rejects.csv`)).text.trim().split('\r\n')).toHaveLength(1);
  });

  it('says that its rows are past their retention, and keeps its counts', async () => {
    const shop = await merchant();
    const { id } = runIn(await shop.upload('/v1/inventory', ndjson([item('old', -1)])));
    await work();
    await ingress.deps.blobs.delete(`runs/${id}/`);
    for (const path of ['items', 'rejects.ndjson', 'rejects.csv']) {
      const expected =
        path === 'items' ? { status: 410, body: { code: 'run.rows_gone' } } : { status: expect.any(Number) };
      expect(await shop.get(`/v1/runs/${id}/${path}`)).toMatchObject(expected);
    }
    expect(await readRun(shop, id)).toMatchObject({ counts: { rejected: 1 } });
  });

  it('can be canceled until it is over', async () => {
    const shop = await merchant();
    const { id } = runIn(await shop.upload('/v1/inventory', ndjson([item('never')])));
    const act = (name: string) => ingress.request('POST', `/v1/runs/${id}/${name}`, { key: shop.key });
    expect(await act('cancel')).toMatchObject({ status: 202, body: { cancelAsked: true } });
    await work();
    expect(await readRun(shop, id)).toMatchObject({ status: 'canceled', counts: { received: 1, accepted: 0 } });
    for (const name of ['cancel', 'resume']) {
      expect(await act(name)).toMatchObject({ status: 409, body: { code: 'run.state' } });
    }
  });

  it('that failed is resumed where it was', async () => {
    const shop = await merchant();
    const { id, connectionId } = runIn(await shop.upload('/v1/inventory', ndjson([item('failed')])));
    const line = { connectionId, kind: 'inventory' } as const;
    const failure = { code: 'nash.key_refused', detail: 'Nash refused the key' };
    await commit(ingress.store, { writes: await failedRunWrites(ingress.store, line, failure) });
    expect(await readRun(shop, id)).toMatchObject({ status: 'failed', failure });
    const resumed = await ingress.request('POST', `/v1/runs/${id}/resume`, { key: shop.key });
    expect(resumed.status).toBe(202);
    await work();
    expect(await readRun(shop, id)).toMatchObject({ status: 'completed', failure: null, counts: { accepted: 1 } });
  });

  it('is listed with the others of its merchant, newest first, and is nobody else’s', async () => {
    const [shop, stranger] = [await merchant(), await merchant()];
    const ids: string[] = [];
    for (const name of ['1', '2', '3']) {
      ids.unshift(runIn(await shop.upload('/v1/inventory', ndjson([item(name)]))).id);
      ingress.clock.advance(2);
    }
    const page = (await shop.get('/v1/runs?limit=2')).body as { data: RunView[]; nextCursor: string };
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const next = (await shop.get(`/v1/runs?limit=2&cursor=${page.nextCursor}`)).body as { data: RunView[] };
    expect(next.data.map(({ id }) => id)).toEqual(ids.slice(2));
    for (const path of ['', '/items', '/rejects.csv', '/rejects.ndjson', '/events']) {
      expect(await stranger.get(`/v1/runs/${ids[0]}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'run.not_found' },
      });
    }
  });
});

describe('watching a run', () => {
  const watch = async (key: string, id: string) => {
    const response = await fetch(`${ingress.url}/v1/runs/${id}/events`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    return response;
  };

  it('tells many at once how it goes on, and ends with it', async () => {
    const shop = await merchant();
    const { id } = runIn(await shop.upload('/v1/inventory', ndjson([item('watched')])));
    const viewers = await Promise.all(Array.from({ length: 20 }, () => watch(shop.key, id)));
    await work();
    for (const text of await Promise.all(viewers.map((viewer) => viewer.text()))) {
      const events = text
        .trim()
        .split('\n\n')
        .map((event) => event.split('\n'));
      expect(events[0]?.[0]).toBe('event: progress');
      expect(events.at(-1)?.[0]).toBe('event: end');
      expect(JSON.parse(events.at(-1)?.[1]?.slice('data: '.length) ?? '')).toMatchObject({ id, status: 'completed' });
    }
    // What is over is told at once.
    expect(await (await watch(shop.key, id)).text()).toMatch(/^event: end\n/);
  });

  it('ends when this process does, so that another one goes on', async () => {
    const shop = await merchant();
    const { id } = runIn(await shop.upload('/v1/inventory', ndjson([item('drained')])));
    const viewer = await watch(shop.key, id);
    ingress.state.draining = true;
    expect(await viewer.text()).toMatch(/^event: progress\n/);
    ingress.state.draining = false;
  });
});
