import { expect, test } from 'vitest';
import { readInventoryBody, readProductsBody } from '../../src/ingress/compat/nash/catalog-body.ts';
import { ourNashId, toNashInventory, toNashPage, toNashProduct } from '../../src/ingress/compat/nash/catalog-shape.ts'; // prettier-ignore
import { nashRows, NashRefusalSchema, toNashRefusal } from '../../src/ingress/compat/nash/refusals.ts';
import { inventoryRow, productRow } from '../connectors/nash/catalog-rows.ts';

const product = productRow('100001');
const stock = inventoryRow('100001');

test('a body as Nash takes it is its rows, with nulls left out', () => {
  expect(readProductsBody({ products: [{ ...product, description: null, attributes: null }] })).toEqual({
    rows: [product],
  });
  expect(readInventoryBody({ inventory: [{ ...stock, location: null, details: null }] })).toEqual({ rows: [stock] });
  expect(readProductsBody({ products: [] })).toEqual({ rows: [] });
});

test('what is wrong is named by place and field, as Nash names it', () => {
  const { weight: _weight, ...weightless } = product;
  const { externalIdentifier: _key, ...keyless } = product;
  const { fields = {} } = readProductsBody({
    products: [product, weightless, keyless, 7, { ...product, dimensions: { depth: 'deep' } }],
  });
  expect(Object.keys(fields).toSorted()).toEqual([
    'products.1.weight',
    'products.2.externalIdentifier',
    'products.3',
    'products.4.dimensions.depth',
  ]);
  expect(readInventoryBody({ inventory: [stock, { ...stock, quantity: -1 }] }).fields).toEqual({
    'inventory.1.quantity': expect.any(String),
  });
});

test.each([
  [undefined, { products: 'field required' }],
  [[], { products: 'field required' }],
  [{ products: {} }, { products: 'value is not a valid list' }],
  [
    { products: Array.from({ length: 1_001 }, () => product) },
    { products: 'ensure this value has at most 1000 items' },
  ],
])('a body that is no list of rows, or too long a one, is refused as one field: %#', (body, fields) => {
  expect(readProductsBody(body)).toEqual({ fields });
});

test('a body that is wrong all over is answered with a hundred fields and no more', () => {
  const { fields = {} } = readInventoryBody({ inventory: Array.from({ length: 10_000 }, () => ({})) });
  expect(Object.keys(fields)).toHaveLength(100);
});

test('rows are answered with every field of the document, null where there is nothing', () => {
  expect(toNashProduct({ ...product, dimensions: { depth: 3 } }, 'prod_1')).toEqual({
    ...product,
    id: 'prod_1',
    dimensions: { depth: 3, width: null, height: null },
    description: null,
    imageUrls: null,
    attributes: null,
    details: null,
    providerConfigs: null,
  });
  const ids = { id: 'inv_1', productId: 'prod_1', storeLocationId: 'stl_1' };
  const bare = { externalProductId: 'p', externalStoreLocationId: 's', available: true };
  expect(toNashInventory(bare, ids)).toEqual({
    ...bare,
    ...ids,
    quantity: 0,
    valueCents: null,
    currency: null,
    location: null,
    details: null,
    providerConfigs: null,
  });
  expect(toNashPage('inventory', [ids], 9)).toEqual({ inventory: [ids], totalResults: 9 });
});

test('an id of ours is stable, has the form of theirs, and is of one thing of one merchant', () => {
  const id = ourNashId('inv', 'mer_1', 'p-1', 's-1');
  expect(id).toBe(ourNashId('inv', 'mer_1', 'p-1', 's-1'));
  expect(id).toMatch(/^inv_[A-Za-z0-9]{22}$/);
  const others = [
    ourNashId('inv', 'mer_2', 'p-1', 's-1'),
    ourNashId('inv', 'mer_1', 'p-1s', '-1'),
    ourNashId('prod', 'mer_1', 'p-1'),
  ];
  expect(new Set([id, ...others]).size).toBe(4);
});

test('a refusal has the envelope of the error pages', () => {
  const refusal = toNashRefusal(nashRows['request.invalid'], 'req_1', { 'products.0.weight': 'field required' });
  expect(NashRefusalSchema.parse(refusal)).toEqual({
    error: {
      code: 'VALIDATION_ERRORS',
      message: 'Request validation failed',
      details: { fields: { 'products.0.weight': 'field required' } },
    },
    response_status: '422 UNPROCESSABLE_ENTITY',
    RequestID: 'req_1',
  });
  expect(toNashRefusal(nashRows['rate.limited'], 'req_1')).toMatchObject({ response_status: '429 TOO_MANY_REQUESTS' });
});
