import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ListedPageSchema } from '../../src/ingress/views/listed-view.ts';
import type * as z from 'zod';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { item, openShop, product, range } from '../support/stocked-shop.ts';

const { url: redisUrl } = await testRedis();
let packline: TestPackline;
let shop: ReturnType<typeof openShop>;
beforeAll(async () => {
  packline = await startPackline({ redisUrl });
  shop = openShop(packline);
  await shop.push('products', range(250, product));
  await shop.push(
    'inventory',
    range(250, (n) => item(n, n)),
  );
}, 60_000);
afterAll(() => packline.close());

type Page = z.infer<typeof ListedPageSchema>;
const get = async (path: string): Promise<Page> => {
  const { status, body } = await packline.call('GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Page;
};
const countReads = async (): Promise<number> => {
  const { rate } = await packline.control('GET', '/nash/catalog?org=org_demo');
  return (rate as { requests: number }).requests;
};
const fail = (times: number) =>
  packline.control('POST', '/faults', {
    match: { path: '/v1/inventory', method: 'GET' },
    times,
    fault: { kind: 'status', status: 503 },
  });

test('a list is paged as the partner pages it, by its page or by a cursor', async () => {
  const first = await get('/v1/products?numResultsPerPage=200');
  expect(first).toMatchObject({ total: 250, nextCursor: '1', stale: false, pendingRuns: [] });
  expect(first.data).toHaveLength(200);
  expect(first.data[7]).toMatchObject({
    row: product(7),
    lastSent: 'same',
    partnerId: expect.stringMatching(/^prod_/),
  });
  const second = await get('/v1/products?numResultsPerPage=200&cursor=1');
  expect(second).toMatchObject({ total: 250, nextCursor: null });
  expect(second.data.map(({ row }) => row['externalIdentifier'])).toEqual(range(50, (n) => `p-${200 + n}`));
});

test('stock is found by product and store', async () => {
  const { data, total } = await get('/v1/inventory?externalProductId=p-9&externalStoreLocationId=store-1');
  expect([total, data.map(({ row, lastSent }) => [row, lastSent])]).toEqual([1, [[item(9, 9), 'same']]]);
  expect((await get('/v1/inventory?externalStoreLocationId=nowhere')).data).toEqual([]);
  expect((await get('/v1/products?search=product%20249')).data.map(({ row }) => row['name'])).toEqual(['Product 249']);
});

test('twenty who ask at once, and whoever asks within 30 s, cost the partner one read', async () => {
  const before = await countReads();
  const asked = await Promise.all(range(20, () => get('/v1/inventory?pageIndex=1')));
  expect(new Set(asked.map(({ fetchedAt }) => fetchedAt)).size).toBe(1);
  await get('/v1/inventory?pageIndex=1');
  expect((await countReads()) - before).toBe(1);
});

test('rows say whether they are as they were sent last', async () => {
  await shop.plant('products', [{ ...product(300), externalIdentifier: 'p-foreign' }]);
  await shop.plant('inventory', [item(200, 1_000), { ...item(0, 3), externalProductId: 'p-foreign' }]);
  await shop.push('inventory', [{ ...item(201, 0), quantity: undefined }]);
  const { data } = await get('/v1/inventory?pageIndex=1&numResultsPerPage=200');
  const states = new Map(data.map(({ row, lastSent }) => [row['externalProductId'], lastSent]));
  expect(['p-200', 'p-201', 'p-202', 'p-foreign'].map((id) => states.get(id))).toEqual([
    'different',
    'same',
    'same',
    'unknown',
  ]);
});

test('an upload that is not through yet is named', async () => {
  await packline.call('POST', `/v1/connections/${packline.connectionId}/pause`);
  const { body: run } = await packline.call('POST', '/v1/inventory', { items: [item(3, 77)] });
  const answer = await packline.call('GET', '/v1/inventory?pageIndex=5');
  expect([answer.status, answer.body['code']]).toEqual([409, 'connection.paused']);
  const { pendingRuns } = await get('/v1/inventory?pageIndex=1&numResultsPerPage=200');
  expect(pendingRuns).toEqual([{ runId: run['id'], createdAt: run['createdAt'] }]);
  await packline.call('POST', `/v1/connections/${packline.connectionId}/resume`);
  await packline.call('POST', `/v1/runs/${String(run['id'])}/cancel`);
});

test('while the partner is away, what was read is shown with its age, and what was not is a problem', async () => {
  const path = '/v1/inventory?externalProductId=p-5';
  const read = await get(path);
  await fail(50);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
  try {
    const shown = await get(path);
    expect(shown).toMatchObject({ stale: true, fetchedAt: read.fetchedAt, data: read.data });
    const { status, body, headers } = await packline.call('GET', '/v1/inventory?externalProductId=p-6');
    expect([status, body['code'], body['retryable']]).toEqual([503, 'connection.partner_down', true]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    vi.useRealTimers();
    await packline.control('DELETE', '/faults');
  }
});

test('a client that speaks Nash pages through the same lists in Nash’s form, with the ids that its uploads were answered', async () => {
  const ask = async (method: string, path: string, body?: object) =>
    packline.call(method, `/compat/nash/v1/${path}`, body);
  const [posted] = (await ask('POST', 'inventory', { inventory: [item(42, 42)] })).body as unknown as object[];
  const before = await countReads();
  const own = await get('/v1/inventory?externalProductId=p-42');
  const { status, body, headers } = await ask('GET', 'inventory?externalProductId=p-42');
  expect([status, body]).toEqual([200, { inventory: [posted], totalResults: own.total }]);
  expect(Number(headers.get('age'))).toBeLessThan(30);
  // One read for both; the other request is the upload's, if it sends anything.
  expect((await countReads()) - before).toBeLessThanOrEqual(2);
  const page = (await ask('GET', 'products?pageIndex=2&numResultsPerPage=100')).body;
  expect(page).toMatchObject({ totalResults: 251, products: expect.any(Array) });
  expect((page['products'] as object[])[49]).toMatchObject({ ...product(249), sku: null, description: null });
  const refused = await ask('GET', 'products?ids=prod_1');
  expect([refused.status, refused.body]).toMatchObject([422, { error: { details: { fields: { ids: expect.any(String) } } } }]); // prettier-ignore
  expect((await ask('GET', 'products?numResultsPerPage=0')).body).toMatchObject({
    error: { code: 'VALIDATION_ERRORS', details: { fields: { numResultsPerPage: expect.any(String) } } },
  });
});
