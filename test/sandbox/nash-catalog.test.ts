import { expect, test } from 'vitest';
import { errorOf, makeProduct, startNash } from './nash-harness.ts';

const makeRow = (externalProductId: string, changes: Record<string, unknown> = {}) => ({
  externalProductId,
  externalStoreLocationId: 'store_001',
  quantity: 42,
  valueCents: 440,
  currency: 'AUD',
  available: true,
  ...changes,
});

test('products are upserted by externalIdentifier and echoed as a bare array', async () => {
  const nash = await startNash();
  const first = await nash.call('POST', '/v1/products', { products: [makeProduct('p-1'), makeProduct('p-2')] });
  expect(first.body).toMatchObject([
    { id: expect.stringMatching(/^prod_/), externalIdentifier: 'p-1', description: null, attributes: null },
    { externalIdentifier: 'p-2' },
  ]);
  const second = await nash.call('POST', '/v1/products', { products: [makeProduct('p-1', { name: 'Renamed' })] });
  expect(second.body).toMatchObject([{ id: Object(first.body)[0].id, name: 'Renamed' }]);
  expect((await nash.call('GET', '/v1/products')).body).toMatchObject({ totalResults: 2 });
  expect(nash.sandbox.books.effectsOf('org_demo', 'product:p-1')).toEqual({
    'product.created': 1,
    'product.updated': 1,
  });
});

test('a product without externalIdentifier is a new one each time', async () => {
  const nash = await startNash();
  for (let times = 0; times < 2; times += 1) {
    await nash.call('POST', '/v1/products', { products: [makeProduct('p-1', { externalIdentifier: null })] });
  }
  expect((await nash.call('GET', '/v1/products')).body).toMatchObject({ totalResults: 2 });
});

test('one bad product rejects the whole request and is named by its index', async () => {
  const nash = await startNash();
  const { weight: _weight, ...weightless } = makeProduct('p-2');
  const answer = await nash.call('POST', '/v1/products', {
    products: [makeProduct('p-1'), weightless, makeProduct('p-3', { colour: 'red' })],
  });
  expect([answer.status, errorOf(answer).fields]).toEqual([
    422,
    { 'products.1.weight': 'field required', 'products.2.colour': 'extra fields not permitted' },
  ]);
  expect((await nash.call('GET', '/v1/products')).body).toMatchObject({ totalResults: 0 });
});

test('a request takes 1,000 products and 10,000 inventory rows and not one more', async () => {
  const nash = await startNash();
  const products = Array.from({ length: 1001 }, (_, index) => makeProduct(`p-${index}`));
  expect(errorOf(await nash.call('POST', '/v1/products', { products })).fields).toHaveProperty('products');
  expect((await nash.call('POST', '/v1/products', { products: products.slice(1) })).status).toBe(200);
  const inventory = Array.from({ length: 10_001 }, () => makeRow('p-1'));
  expect(errorOf(await nash.call('POST', '/v1/inventory', { inventory })).fields).toHaveProperty('inventory');
  expect((await nash.call('POST', '/v1/inventory', { inventory: inventory.slice(1) })).status).toBe(200);
});

test('products page from index 0 and are found by SKU, id and words', async () => {
  const nash = await startNash();
  const { body } = await nash.call('POST', '/v1/products', {
    products: ['p-1', 'p-2', 'p-3'].map((key) => makeProduct(key)),
  });
  const [{ id }] = Object(body);
  const list = async (query: string) => (await nash.call('GET', `/v1/products?${query}`)).body;
  expect(await list('pageIndex=1&numResultsPerPage=2')).toMatchObject({ products: [{ sku: 'p-3' }], totalResults: 3 });
  expect(await list('skus=p-1,p-2')).toMatchObject({ totalResults: 2 });
  expect(await list(`ids=${id}`)).toMatchObject({ products: [{ id }] });
  expect(await list('search=product%20P-2')).toMatchObject({ totalResults: 1 });
  expect((await nash.call('GET', '/v1/product/external_identifier/p-1')).body).toMatchObject({ id });
  expect((await nash.call('GET', `/v1/product/${id}`)).body).toMatchObject({ externalIdentifier: 'p-1' });
  expect((await nash.call('GET', '/v1/product/prod_none')).status).toBe(404);
});

test('inventory is upserted by product and store and listed with its filters', async () => {
  const nash = await startNash();
  await nash.call('POST', '/v1/products', { products: [makeProduct('p-1'), makeProduct('p-2')] });
  const { body } = await nash.call('POST', '/v1/inventory', {
    inventory: [makeRow('p-1'), makeRow('p-2'), makeRow('p-2', { externalStoreLocationId: 'store_002' })],
  });
  expect(body).toMatchObject([
    {
      id: expect.stringMatching(/^inv_/),
      productId: expect.stringMatching(/^prod_/),
      storeLocationId: expect.stringMatching(/^stl_/),
    },
    {},
    {},
  ]);
  await nash.call('POST', '/v1/inventory', { inventory: [makeRow('p-1', { quantity: 0, available: false })] });
  const list = async (query: string) => (await nash.call('GET', `/v1/inventory?${query}`)).body;
  expect(await list('externalProductId=p-1')).toMatchObject({
    inventory: [{ id: Object(body)[0].id, quantity: 0, available: false }],
    totalResults: 1,
  });
  expect(await list('externalStoreLocationId=store_001')).toMatchObject({ totalResults: 2 });
  expect(await list('skus=p-2&numResultsPerPage=1&pageIndex=1')).toMatchObject({
    inventory: [{ externalProductId: 'p-2' }],
    totalResults: 2,
  });
});

test.each(['echoed', 'omitted'] as const)(
  'rows without product or store are a 200 without complaint, %s',
  async (orphanRows) => {
    const nash = await startNash({ nash: { orphanRows } });
    await nash.call('POST', '/v1/products', { products: [makeProduct('p-1')] });
    const { status, body } = await nash.call('POST', '/v1/inventory', {
      inventory: [makeRow('p-1'), makeRow('p-9'), makeRow('p-1', { externalStoreLocationId: 'store_999' })],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject(
      orphanRows === 'omitted'
        ? [{ quantity: 42 }]
        : [{ quantity: 42 }, { id: null, productId: null }, { id: null, storeLocationId: null }],
    );
    expect((await nash.call('GET', '/v1/inventory')).body).toMatchObject({ totalResults: 1 });
  },
);

test('availability is the only required field of an inventory row, and quantities are whole', async () => {
  const nash = await startNash();
  const answer = await nash.call('POST', '/v1/inventory', {
    inventory: [{ available: true }, { quantity: 1 }, makeRow('p-1', { quantity: 1.5 })],
  });
  expect(errorOf(answer).fields).toEqual({
    'inventory.1.available': 'field required',
    'inventory.2.quantity': expect.any(String),
  });
});
