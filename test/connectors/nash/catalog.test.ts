import { expect, test } from 'vitest';
import { errorBody } from '../../fixtures/nash/payloads.ts';
import { inventoryEcho, inventoryRow, inventoryToPut, productRow, productToPut } from './catalog-rows.ts';
import { connectNash } from './nash-harness.ts';
import { useNock } from '../wire-harness.ts';
import { api } from './scenario.ts';

useNock();

const products = ['p-1', 'p-2', 'p-3'].map((key) => productRow(key));
const sent = products.map(productToPut);
const stock = ['p-1', 'p-2'].map((key) => inventoryRow(key));
const fieldsBody = (fields: Record<string, unknown>) =>
  errorBody('VALIDATION_ERRORS', 'Request validation failed', { fields });
const requestId = '(Nash RequestID 1-62057941-67a549bb5faa77236a03ef8d)';

test('rows go out as they were written, in one body, and come back with an answer for each', async () => {
  api()
    .post('/v1/inventory', { inventory: [...stock] })
    .matchHeader('authorization', 'Bearer key_canary')
    .matchHeader('content-type', 'application/json')
    .reply(
      200,
      stock.map((row) => inventoryEcho(row)),
    );
  const { nash } = connectNash();
  await expect(nash.catalog.putInventory(stock.map(inventoryToPut))).resolves.toEqual({
    kind: 'taken',
    rejected: new Map(),
    unconfirmed: [],
  });
  api()
    .post('/v1/products', { products: [...products] })
    .reply(200, []);
  await expect(nash.catalog.putProducts(sent)).resolves.toMatchObject({ kind: 'taken', unconfirmed: [0, 1, 2] });
});

test.each([
  ['as one error', fieldsBody({ 'products.1.weight': 'field required', 'products.1.dimensions.depth': 'not a number' })], // prettier-ignore
  ['as a list of errors', [fieldsBody({ 'products.1.weight': 'field required' }), fieldsBody({ 'body.products[1].dimensions.depth': 'not a number' })]], // prettier-ignore
])('a 422 that names a row by its place is a refusal of that row, with reason and pointer: %s', async (_how, body) => {
  api().post('/v1/products').reply(422, JSON.stringify(body), { 'content-type': 'application/json' });
  await expect(connectNash().nash.catalog.putProducts(sent)).resolves.toEqual({
    kind: 'refused',
    rejected: new Map([
      [
        1,
        [
          { code: 'nash.validation_errors', detail: `field required ${requestId}`, pointer: '/weight' },
          { code: 'nash.validation_errors', detail: `not a number ${requestId}`, pointer: '/dimensions/depth' },
        ],
      ],
    ]),
  });
});

test('every row that a 422 names is named, however many they are', async () => {
  const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`inventory.${index}.quantity`, 'no']));
  api().post('/v1/inventory').reply(422, fieldsBody(fields));
  const answer = await connectNash().nash.catalog.putInventory(stock.map(inventoryToPut));
  expect(answer.kind === 'refused' ? answer.rejected.size : 0).toBe(1_000);
});

test.each([
  [
    422,
    'nash.validation_errors',
    errorBody('VALIDATION_ERRORS', 'Request validation failed'),
    'Request validation failed',
  ],
  [
    422,
    'nash.validation_errors',
    fieldsBody({ products: 'ensure this value has at most 1000 items' }),
    'ensure this value has at most 1000 items',
  ],
  [400, 'nash.bad_request', errorBody('BAD_REQUEST', 'Something is wrong'), 'Something is wrong'],
  [400, 'nash.invalid_value', errorBody('INVALID_VALUE', ''), 'refused by Nash'],
  [409, 'nash.already_exists', errorBody('ALREADY_EXISTS', 'sku is taken'), 'sku is taken'],
])('a refusal of caller data that names no row is one of all of them: %i %s', async (status, code, body, words) => {
  api().post('/v1/products').reply(status, body);
  const answer = await connectNash().nash.catalog.putProducts(sent);
  expect(answer).toEqual({ kind: 'refusedWhole', errors: [{ code, detail: `${words} ${requestId}`, pointer: '' }] });
});

test('a body that is too large is said to be, by Nash or by whatever stands before it', async () => {
  const { catalog } = connectNash().nash;
  api().post('/v1/products').reply(413, '<html>too large</html>');
  await expect(catalog.putProducts(sent)).resolves.toEqual({ kind: 'tooLarge' });
  api().post('/v1/products').reply(413, errorBody('BAD_REQUEST'));
  await expect(catalog.putProducts(sent)).resolves.toEqual({ kind: 'tooLarge' });
});

test.each([
  [401, errorBody('UNAUTHORIZED'), 'misconfigured', 'nash.key_refused'],
  [403, errorBody('FORBIDDEN'), 'misconfigured', 'nash.forbidden'],
  [404, errorBody('MISSING_RESOURCE', 'API key not found'), 'misconfigured', 'nash.wrong_region_or_key'],
  [400, errorBody('DISALLOWED_OPERATION'), 'rejected', 'nash.disallowed_operation'],
  [409, errorBody('LOCK_ACQUISITION_FAILURE'), 'transient', 'nash.locked'],
  [500, errorBody('INTERNAL_SERVER_ERROR'), 'transient', 'nash.unavailable'],
  [503, '<html>', 'transient', 'nash.unavailable'],
  [200, '<html>welcome</html>', 'transient', 'nash.unreadable_reply'],
  [200, { products: [] }, 'transient', 'nash.unreadable_reply'],
  [422, '<html>', 'transient', 'nash.unreadable_reply'],
] as const)('what is no answer about rows is a failure of the call: %i %j', async (status, body, kind, code) => {
  api().post('/v1/products').reply(status, body);
  await expect(connectNash().nash.catalog.putProducts(sent)).rejects.toMatchObject({ kind, code });
});

test.each([
  [{ 'retry-after': '3' }, 3_000],
  [{}, undefined],
])('a 429 rests the budget of the catalog alone, as long as Nash says: %j', async (headers, retryAfterMs) => {
  api().post('/v1/products').reply(429, errorBody('TOO_MANY_REQUESTS'), headers);
  const { nash, pauses } = connectNash();
  await expect(nash.catalog.putProducts(sent)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs });
  expect(pauses).toEqual([{ budget: 'catalog', pauseMs: retryAfterMs ?? 1_000 }]);
});

test('what Nash has is listed in the shape of our rows, without what only Nash knows', async () => {
  const { catalog } = connectNash().nash;
  api()
    .get('/v1/inventory')
    .query({ externalStoreLocationId: 'store_001', externalProductId: 'p&1', pageIndex: '2', numResultsPerPage: '50' })
    .reply(200, {
      inventory: [inventoryEcho(inventoryRow('p&1', { location: { aisle: '7' } }), { details: { weightedItemInfo: null }, updatedAt: 'x' })], // prettier-ignore
      totalResults: 101,
    });
  await expect(
    catalog.listInventory({
      externalStoreLocationId: 'store_001',
      externalProductId: 'p&1',
      pageIndex: 2,
      numResultsPerPage: 50,
    }),
  ).resolves.toEqual({
    rows: [{ partnerId: 'inv_p&1', row: inventoryRow('p&1', { location: { aisle: '7' }, details: {} }) }],
    total: 101,
  });
  api()
    .get('/v1/products?pageIndex=0&numResultsPerPage=1')
    .reply(200, { products: [{ id: 'prod_1', ...productRow('p-1'), description: null }], totalResults: 1 });
  await expect(catalog.listProducts({ pageIndex: 0, numResultsPerPage: 1 })).resolves.toEqual({
    rows: [{ partnerId: 'prod_1', row: productRow('p-1') }],
    total: 1,
  });
});

test('a list that is none is a failure and never an empty catalog', async () => {
  api().get('/v1/products?pageIndex=0&numResultsPerPage=1').reply(200, []);
  await expect(connectNash().nash.catalog.listProducts({ pageIndex: 0, numResultsPerPage: 1 })).rejects.toMatchObject({
    code: 'nash.unreadable_reply',
  });
});
