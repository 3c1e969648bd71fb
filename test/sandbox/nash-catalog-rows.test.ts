import { expect, test } from 'vitest';
import { errorOf, makeProduct, startNash, type NashHarness } from './nash-harness.ts';

const makeRow = (externalProductId: string, changes: Record<string, unknown> = {}) => ({
  externalProductId,
  externalStoreLocationId: 'store_001',
  quantity: 42,
  valueCents: 440,
  currency: 'AUD',
  available: true,
  ...changes,
});

const keys = ['p-1', 'p-2', 'p-3'];

async function startWithProducts(): Promise<NashHarness> {
  const nash = await startNash();
  await nash.call('POST', '/v1/products', { products: keys.map((key) => makeProduct(key)) });
  return nash;
}

const linesOf = (body: unknown): unknown[] =>
  String(body)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

test('the control API has every row as it is now, and how the catalog was asked', async () => {
  const nash = await startWithProducts();
  const shelf = { aisle: '7', bay: null, shelf: '3' };
  const weighed = { weightedItemInfo: { valueCentsPerMeasurementUnit: 310 } };
  await nash.call('POST', '/v1/inventory', {
    inventory: [
      makeRow('p-1'),
      makeRow('p-2', { location: shelf, details: weighed }),
      makeRow('p-2', { externalStoreLocationId: 'store_002', quantity: null, valueCents: null, currency: null }),
      makeRow('p-9'),
    ],
  });
  await nash.call('POST', '/v1/inventory', {
    inventory: [makeRow('p-1', { quantity: 0, available: false, currency: 'NZD' })],
  });
  const products = linesOf((await nash.control('GET', '/nash/catalog/products')).body);
  expect(products).toMatchObject(keys.map((externalIdentifier) => ({ externalIdentifier })));
  const rows = linesOf((await nash.control('GET', '/nash/catalog/inventory')).body);
  expect(rows).toMatchObject([
    { ...makeRow('p-1', { quantity: 0, available: false, currency: 'NZD' }), location: null, details: null },
    makeRow('p-2', { location: shelf, details: weighed }),
    makeRow('p-2', { externalStoreLocationId: 'store_002', quantity: 0, valueCents: null, currency: null }),
  ]);
  const some = await nash.control(
    'GET',
    '/nash/catalog/inventory?externalStoreLocationId=store_002&externalProductId=p-2',
  );
  expect(linesOf(some.body)).toMatchObject([{ quantity: 0 }]);
  expect((await nash.control('GET', '/nash/catalog')).body).toEqual({
    products: 3,
    inventoryRows: 3,
    inventoryUpdates: 1,
    orphanRows: 1,
    rate: { limit: 10, requests: 3, violations: 0, worst: 3 },
  });
  expect((await nash.control('GET', '/nash/catalog?org=org_nobody')).status).toBe(404);
});

test('a row keeps its ids and its place whatever becomes of its values', async () => {
  const nash = await startWithProducts();
  const first = await nash.call('POST', '/v1/inventory', {
    inventory: [makeRow('p-1', { location: { aisle: '1', bay: '1', shelf: '1' } })],
  });
  await nash.call('POST', '/v1/products', { products: [makeProduct('p-1', { name: 'Renamed' })] });
  const second = await nash.call('POST', '/v1/inventory', { inventory: [makeRow('p-1', { quantity: 1 })] });
  const { id, productId, storeLocationId } = Object(first.body)[0];
  expect(second.body).toMatchObject([{ id, productId, storeLocationId, quantity: 1, location: null }]);
  expect((await nash.call('GET', '/v1/inventory')).body).toMatchObject({
    inventory: [{ id, productId, quantity: 1, location: null }],
    totalResults: 1,
  });
});

test('pages of inventory are cut from the rows that match, and one past the end is empty', async () => {
  const nash = await startWithProducts();
  await nash.call('POST', '/v1/inventory', { inventory: keys.map((key) => makeRow(key)) });
  const list = async (query: string) => (await nash.call('GET', `/v1/inventory?${query}`)).body;
  expect(await list('pageIndex=1&numResultsPerPage=2')).toMatchObject({
    inventory: [{ externalProductId: 'p-3' }],
    totalResults: 3,
  });
  expect(await list('pageIndex=9&numResultsPerPage=2')).toEqual({ inventory: [], totalResults: 3 });
  expect(await list('search=p-2')).toMatchObject({ inventory: [{ externalProductId: 'p-2' }], totalResults: 1 });
  expect(await list('externalStoreLocationId=store_002')).toEqual({ inventory: [], totalResults: 0 });
  expect(await list('externalProductId=p-9')).toEqual({ inventory: [], totalResults: 0 });
});

test.each([
  ['all', { 'inventory.1.externalProductId': 'value is not accepted', 'inventory.2.externalProductId': expect.any(String) }], // prettier-ignore
  ['first', { 'inventory.1.externalProductId': 'value is not accepted' }],
  ['none', {}],
] as const)('a row that is refused takes its whole request with it; rows named: %s', async (refusalNames, fields) => {
  const nash = await startWithProducts();
  await nash.control('POST', '/nash/answers', { refusedRows: ['p-2', 'p-3'], refusalNames });
  const answer = await nash.call('POST', '/v1/inventory', { inventory: keys.map((key) => makeRow(key)) });
  expect([answer.status, errorOf(answer)]).toMatchObject([422, { code: 'VALIDATION_ERRORS', fields }]);
  expect((await nash.call('GET', '/v1/inventory')).body).toMatchObject({ totalResults: 0 });
  expect((await nash.call('POST', '/v1/products', { products: [makeProduct('p-2')] })).status).toBe(422);
});

test('what is not as documented is refused without a name, too, when none are to be given', async () => {
  const nash = await startNash({ nash: { refusalNames: 'none' } });
  const answer = await nash.call('POST', '/v1/inventory', { inventory: [{ available: 'yes' }] });
  expect([answer.status, errorOf(answer).fields]).toEqual([422, {}]);
});

test('silent rows are stored and not echoed: once, or always', async () => {
  const nash = await startWithProducts();
  const put = async () =>
    (await nash.call('POST', '/v1/inventory', { inventory: [makeRow('p-1'), makeRow('p-2')] })).body;
  await nash.control('POST', '/nash/answers', { silentRows: ['p-2'] });
  expect(await put()).toHaveLength(1);
  expect(await put()).toHaveLength(2);
  await nash.control('POST', '/nash/answers', { silence: 'always' });
  expect(await put()).toHaveLength(1);
  expect((await nash.call('GET', '/v1/inventory')).body).toMatchObject({ totalResults: 2 });
  expect((await nash.call('POST', '/v1/products', { products: [makeProduct('p-2')] })).body).toEqual([]);
});
