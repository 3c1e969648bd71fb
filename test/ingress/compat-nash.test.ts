import { expect, test } from 'vitest';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { inventoryRow, productRow } from '../connectors/nash/catalog-rows.ts';
import { testRedis } from '../support/redis.ts';
import { openRunWorkshop } from './run-workshop.ts';

const redis = await testRedis();
const { ingress, partner, merchant, work } = await openRunWorkshop(redis.url);
type Merchant = Awaited<ReturnType<typeof merchant>>;
const post = ({ key }: Pick<Merchant, 'key'>, list: 'products' | 'inventory', json: unknown) =>
  ingress.request('POST', `/compat/nash/v1/${list}`, { key, json });
const runOf = async (shop: Merchant, { headers }: { headers: Headers }) => {
  const url = headers.get('packline-run') ?? '';
  expect(url.startsWith(`${ingress.deps.settings.baseUrl}/v1/runs/run_`)).toBe(true);
  return (await shop.get(new URL(url).pathname)).body as RunView;
};

test('rows are answered as Nash answers them, with ids that stay, and brought to the partner in a run', async () => {
  const shop = await merchant();
  const products = await post(shop, 'products', { products: [productRow('1'), productRow('2')] });
  expect([products.status, products.body]).toEqual([
    200,
    [
      expect.objectContaining({ externalIdentifier: '1', imageUrls: null }),
      expect.objectContaining({ externalIdentifier: '2' }),
    ],
  ]);
  const inventory = await post(shop, 'inventory', { inventory: [inventoryRow('1')] });
  const [again] = [await post(shop, 'inventory', { inventory: [inventoryRow('1')] })];
  expect(again.body).toEqual(inventory.body);
  const [product] = products.body as { id: string }[];
  expect((inventory.body as { productId: string }[])[0]?.productId).toBe(product?.id);
  await work();
  expect(await runOf(shop, products)).toMatchObject({ kind: 'products', status: 'completed', counts: { accepted: 2 } });
  expect(await runOf(shop, again)).toMatchObject({ kind: 'inventory', counts: { unchanged: 1 } });
  expect(partner.books.has('1')).toBe(true);
});

test('one wrong row is refused with its place, and then none of the body is taken', async () => {
  const shop = await merchant();
  const { weight: _weight, ...weightless } = productRow('3');
  const reply = await post(shop, 'products', { products: [productRow('4'), weightless] });
  expect(reply).toMatchObject({
    status: 422,
    body: { error: { code: 'VALIDATION_ERRORS', details: { fields: { 'products.1.weight': expect.any(String) } } } },
  });
  const shapeless = await post(shop, 'products', { products: 7 });
  expect(shapeless).toMatchObject({
    status: 422,
    body: { error: { details: { fields: { products: expect.any(String) } } } },
  });
  expect((await shop.get('/v1/runs')).body).toMatchObject({ data: [] });
});

test('10,000 rows and bodies of 8 MiB are taken, and 10 requests a second', async () => {
  const shop = await merchant();
  const many = Array.from({ length: 10_000 }, (_, at) => ({
    ...inventoryRow(`many-${at}`),
    location: { aisle: 'x'.repeat(100) },
  }));
  const large = await post(shop, 'inventory', { inventory: many });
  expect([large.status, JSON.stringify(many).length > 1_048_576]).toEqual([200, true]);
  const tooMany = await post(shop, 'inventory', { inventory: [...many, inventoryRow('one more')] });
  expect(tooMany).toMatchObject({
    status: 422,
    body: { error: { details: { fields: { inventory: expect.stringContaining('10000') } } } },
  });
  const statuses = await Promise.all(
    Array.from({ length: 12 }, async () => (await post(shop, 'products', { products: [] })).status),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(8);
  const limited = await post(shop, 'products', { products: [] });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
  expect(limited.body).toMatchObject({
    error: { code: 'TOO_MANY_REQUESTS' },
    response_status: '429 TOO_MANY_REQUESTS',
  });
  ingress.clock.advance(1_000);
  expect((await post(shop, 'products', { products: [] })).status).toBe(200);
});

test('whoever is not known, or has nobody to bring rows to, is told so in Nash’s envelope', async () => {
  expect(await post({ key: 'pl_unknown' }, 'products', { products: [] })).toMatchObject({
    status: 404,
    body: { error: { code: 'MISSING_RESOURCE' } },
  });
  const lonely = await merchant({ connections: 0 });
  expect(await post(lonely, 'products', { products: [] })).toMatchObject({
    status: 422,
    body: { error: { code: 'run.no_catalog' }, RequestID: expect.any(String) },
  });
});
