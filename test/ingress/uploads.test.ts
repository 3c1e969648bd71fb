import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { testRedis } from '../support/redis.ts';
import { openRunWorkshop } from './run-workshop.ts';

const redis = await testRedis();
const { ingress, partner, merchant, work } = await openRunWorkshop(redis.url, {
  uploadIdleMs: 300,
  uploadBytesMax: 20_000_000,
});

const item = (product: string, quantity: unknown = 1) => ({
  externalProductId: product,
  externalStoreLocationId: 'store-1',
  available: true,
  quantity,
});
const ndjson = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const runIn = ({ body }: { body: unknown }) => body as RunView;
type Merchant = Awaited<ReturnType<typeof merchant>>;
const readRun = async ({ get }: Merchant, id: string) => runIn(await get(`/v1/runs/${id}`));
const runsOf = async ({ get }: Merchant) => ((await get('/v1/runs')).body as { data: RunView[] }).data;

/** A request that is sent by hand, piece by piece. */
function begin(key: string, headers: Record<string, string> = {}) {
  const request = httpRequest(`${ingress.url}/v1/inventory`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson', ...headers },
  });
  request.on('error', () => undefined);
  const answered = new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve) => {
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
  });
  return { request, answered };
}

describe('an upload', () => {
  it('is answered with its run when all rows are here, and each row comes to the partner', async () => {
    const shop = await merchant();
    const answer = await shop.upload('/v1/inventory', ndjson([item('a', 1), item('b', 2)]));
    expect(answer.status).toBe(202);
    const run = runIn(answer);
    expect(answer.headers.get('location')).toBe(`/v1/runs/${run.id}`);
    expect(run).toMatchObject({ status: 'running', kind: 'inventory', counts: { received: 2 } });
    await work();
    expect(await readRun(shop, run.id)).toMatchObject({
      status: 'completed',
      counts: { accepted: 2 },
      etaSeconds: null,
    });
    expect(JSON.parse(partner.books.get('store-1/b') ?? '{}')).toMatchObject({ quantity: 2 });
  });

  it('may be JSON, CSV, and gzip, of products as well', async () => {
    const shop = await merchant();
    const json = await shop.upload('/v1/inventory', JSON.stringify({ items: [item('j')] }), {
      'Content-Type': 'application/json',
    });
    const csv = 'externalProductId,externalStoreLocationId,available,quantity\r\nc,store-1,true,5\r\n';
    const table = await shop.upload('/v1/inventory', gzipSync(csv), { 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' }); // prettier-ignore
    const product = { externalIdentifier: 'p', name: 'P', categories: [], weight: 1, dimensions: {}, identifiers: [] };
    const products = await shop.upload('/v1/products', ndjson([product]));
    await work();
    for (const { id } of [json, table, products].map(runIn)) {
      expect(await readRun(shop, id)).toMatchObject({ status: 'completed', counts: { received: 1, accepted: 1 } });
    }
  });

  it('may be larger than any other body, and is told to go on when it asks first', { timeout: 30_000 }, async () => {
    const shop = await merchant();
    const path = join(await temporaryFolder(), 'rows.ndjson');
    await writeFile(path, ndjson(Array.from({ length: 60_000 }, (_, at) => item(`p-${at}`))));
    const { size } = await stat(path);
    const { request, answered } = begin(shop.key, { expect: '100-continue', 'content-length': String(size) });
    request.flushHeaders();
    await once(request, 'continue');
    createReadStream(path).pipe(request);
    const { status, text } = await answered;
    expect([status, (JSON.parse(text) as RunView).counts.received]).toEqual([202, 60_000]);
  });

  it('sends nothing in a dry run, and says what it would have sent', async () => {
    const shop = await merchant();
    const { id } = runIn(await shop.upload('/v1/inventory?dryRun=true', ndjson([item('dry'), item('dry', -1)])));
    await work();
    expect(await readRun(shop, id)).toMatchObject({ dryRun: true, counts: { accepted: 1, rejected: 1 } });
    expect(partner.books.has('store-1/dry')).toBe(false);
  });

  it('is one run however often it is sent with one key, and another with other rows is refused', async () => {
    const shop = await merchant();
    const spools = async () => new Set((await ingress.deps.blobs.list('runs/')).map((name) => name.split('/')[1]));
    const before = (await spools()).size;
    const headers = { 'Idempotency-Key': 'monday' };
    const first = await shop.upload('/v1/inventory', ndjson([item('once')]), headers);
    const again = await shop.upload('/v1/inventory', gzipSync(ndjson([item('once')])), headers);
    expect(runIn(again).id).toBe(runIn(first).id);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    const other = await shop.upload('/v1/inventory', ndjson([item('once', 2)]), headers);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency.key_reused' } });
    expect((await runsOf(shop)).map(({ id }) => id)).toEqual([runIn(first).id]);
    // What was spooled for the others is gone.
    expect((await spools()).size).toBe(before + 1);
  });

  it('that is a full snapshot holds what is too much to retire, until it is confirmed', async () => {
    const shop = await merchant();
    const here = (product: string) => ({ ...item(product), externalStoreLocationId: 'store-full' });
    await shop.upload('/v1/inventory', ndjson([here('a'), here('b'), here('c')]));
    await work();
    const path = '/v1/inventory?mode=full&storeLocationId=store-full';
    const { id } = runIn(await shop.upload(path, ndjson([here('a')])));
    await work();
    expect(await readRun(shop, id)).toMatchObject({
      status: 'completed',
      storeLocationId: 'store-full',
      retire: { phase: 'held', held: true, listed: 3, wouldRetire: 2, retired: 0 },
    });
    const absent = {
      retires: true,
      verdict: null,
      key: { externalProductId: 'b', externalStoreLocationId: 'store-full' },
    };
    expect((await shop.get(`/v1/runs/${id}/items`)).body).toMatchObject({ data: [{ retires: false }, absent, {}] });
    const confirm = () => ingress.request('POST', `/v1/runs/${id}/confirm-retire`, { key: shop.key });
    expect(await confirm()).toMatchObject({ status: 202, body: { status: 'running', endedAt: null } });
    expect(await confirm()).toMatchObject({ status: 409, body: { code: 'run.state' } });
    await work();
    expect(await readRun(shop, id)).toMatchObject({ status: 'completed', retire: { phase: 'done', retired: 2 } });
    expect((await shop.get(`/v1/runs/${id}/items`)).body).toMatchObject({ data: [{}, { verdict: 'accepted' }, {}] });
    const kept = [...partner.books].filter(
      ([key, row]) => key.startsWith('store-full/') && row.includes('"available":true'),
    );
    expect(kept.map(([key]) => key)).toEqual(['store-full/a']);
  });

  it('that breaks off is interrupted: nothing of it is sent or kept', async () => {
    const shop = await merchant();
    const { request } = begin(shop.key);
    request.write(ndjson([item('cut')]));
    await expect.poll(async () => (await runsOf(shop)).length).toBe(1);
    request.destroy();
    await expect.poll(async () => (await runsOf(shop))[0]?.status).toBe('interrupted');
    const [run] = await runsOf(shop);
    expect(run?.failure?.code).toBe('request.aborted');
    await expect.poll(() => ingress.deps.blobs.list(`runs/${run?.id}/`)).toEqual([]);
    expect((await shop.get(`/v1/runs/${run?.id}/items`)).body).toEqual({ data: [], nextCursor: null });
  });

  it('that stalls is refused, and so is one whose gzip ends too early; both are interrupted', async () => {
    const shop = await merchant();
    const { request, answered } = begin(shop.key);
    request.write(ndjson([item('slow')]));
    const { status, headers, text } = await answered;
    expect([status, headers['connection']]).toEqual([408, 'close']);
    expect(text).toContain('request.timeout');
    ingress.clock.advance(1);
    const half = gzipSync(ndjson(Array.from({ length: 1_000 }, (_, at) => item(`h-${at}`)))).subarray(0, 900);
    const cut = await shop.upload('/v1/inventory', half);
    expect(cut).toMatchObject({ status: 400, body: { code: 'rows.incomplete' } });
    expect((await runsOf(shop)).map((run) => [run.status, run.failure?.code])).toEqual([
      ['interrupted', 'rows.incomplete'],
      ['interrupted', 'request.timeout'],
    ]);
  });

  it('that is refused in the middle is answered, and its connection ends', async () => {
    const shop = await merchant();
    const { request, answered } = begin(shop.key, { 'content-type': 'text/csv' });
    request.write('colour,size\r\n');
    const timer = setInterval(() => request.write('red,2\r\n'.repeat(1_000)), 5);
    const { status, headers, text } = await answered;
    clearInterval(timer);
    request.destroy();
    expect([status, headers['connection']]).toEqual([400, 'close']);
    expect(text).toContain('rows.csv');
  });

  it('that never ends is stopped at its limit', { timeout: 30_000 }, async () => {
    const shop = await merchant();
    const rows = Array.from({ length: 300_000 }, (_, at) => item(`never-${at}`));
    const answer = await shop.upload('/v1/inventory', gzipSync(ndjson(rows), { level: 1 }));
    expect(answer).toMatchObject({ status: 413, body: { code: 'request.too_large' } });
  });

  it('goes to the connection that is named, and is refused where none or several could be meant', async () => {
    const codeOf = async (shop: Merchant, query = '', headers = {}) => {
      const { status, body } = await shop.upload(`/v1/inventory${query}`, ndjson([item('x')]), headers);
      return [status, (body as { code?: string }).code];
    };
    const naming = (id = '') => ({ 'Packline-Connection': id });
    const [none, two] = [await merchant({ connections: 0 }), await merchant({ connections: 2 })];
    expect(await codeOf(none)).toEqual([422, 'run.no_catalog']);
    expect(await codeOf(two)).toEqual([422, 'run.connection_unnamed']);
    expect(await codeOf(none, '', naming(two.connectionIds[0]))).toEqual([404, 'connection.not_found']);
    expect(await codeOf(two, '?confirmRetire=true')).toEqual([422, 'run.mode']);
    expect(await codeOf(two, '?storeLocationId=store-1')).toEqual([422, 'run.mode']);
    const named = await two.upload('/v1/inventory', ndjson([item('x')]), naming(two.connectionIds[1]));
    expect(runIn(named).connectionId).toBe(two.connectionIds[1]);
    expect(await codeOf(two, '', naming('con_x'))).toEqual([400, 'request.invalid']);
    expect(await codeOf(two, '?dryRun=maybe')).toEqual([400, 'request.invalid']);
  });
});
