import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareInventory, compareProducts } from '../../../src/connectors/fulfilment/nash/catalog-echo.ts';
import { inventoryEcho, inventoryRow, inventoryToPut, productRow, productToPut } from './catalog-rows.ts';

const products = ['p-1', 'p-2', 'p-3'].map((key) => productRow(key));
const sentProducts = products.map(productToPut);
const echoed = (id: unknown, externalIdentifier: unknown) => ({ id, externalIdentifier, name: 'x' });
const nothing = { kind: 'taken', rejected: new Map(), unconfirmed: [] };

const rows = ['p-1', 'p-2', 'p-3'].map((key) => inventoryRow(key));
const sentRows = rows.map(inventoryToPut);

test('products that come back under their own key and with an id are accepted, in whatever order', () => {
  const echo = products.map(({ externalIdentifier }) => echoed(`prod_${externalIdentifier}`, externalIdentifier));
  expect(compareProducts(sentProducts, echo)).toEqual(nothing);
  expect(compareProducts(sentProducts, echo.toReversed())).toEqual(nothing);
});

test.each([
  ['absent', [echoed('prod_1', 'p-1'), echoed('prod_3', 'p-3')]],
  ['without an id', [echoed('prod_1', 'p-1'), echoed(null, 'p-2'), echoed('prod_3', 'p-3')]],
  ['with an empty id', [echoed('prod_1', 'p-1'), echoed('', 'p-2'), echoed('prod_3', 'p-3')]],
  ['under another key', [echoed('prod_1', 'p-1'), echoed('prod_2', 'P-2'), echoed('prod_3', 'p-3')]],
  ['no object', [echoed('prod_1', 'p-1'), 'p-2', echoed('prod_3', 'p-3')]],
] as const)('a product that is %s in the echo is not confirmed, and the others are', (_how, echo) => {
  expect(compareProducts(sentProducts, echo)).toEqual({ ...nothing, unconfirmed: [1] });
});

test('an empty echo confirms nothing', () => {
  expect(compareProducts(sentProducts, [])).toEqual({ ...nothing, unconfirmed: [0, 1, 2] });
});

test('inventory without a product or a store at Nash is told which of them is unknown', () => {
  const echo = [
    inventoryEcho(inventoryRow('p-1'), { id: null, productId: null }),
    inventoryEcho(inventoryRow('p-2'), { id: null, storeLocationId: null }),
    inventoryEcho(inventoryRow('p-3'), { id: null, productId: null, storeLocationId: null }),
  ];
  expect(compareInventory(sentRows, echo)).toEqual({
    kind: 'taken',
    unconfirmed: [],
    rejected: new Map([
      [0, [expect.objectContaining({ code: 'inventory.unknown_product', pointer: '/externalProductId' })]],
      [1, [expect.objectContaining({ code: 'inventory.unknown_store', pointer: '/externalStoreLocationId' })]],
      [2, [expect.objectContaining({ code: 'inventory.unknown_product' }), expect.objectContaining({ code: 'inventory.unknown_store' })]], // prettier-ignore
    ]),
  });
});

test('ids that are missing altogether explain nothing: the row is not confirmed', () => {
  const { productId: _productId, ...bare } = inventoryEcho(inventoryRow('p-1'));
  expect(compareInventory(sentRows.slice(0, 1), [bare])).toEqual({ ...nothing, unconfirmed: [0] });
});

test('the same product in two stores is two rows', () => {
  const pair = ['store_001', 'store_002'].map((store) => inventoryRow('p-1', { externalStoreLocationId: store }));
  const [, second] = pair.map((row) => inventoryEcho(row));
  expect(compareInventory(pair.map(inventoryToPut), [second])).toEqual({ ...nothing, unconfirmed: [0] });
});

test('whatever is dropped from the echo and however it is shuffled, exactly the dropped rows are not confirmed', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    inventoryRow(`p-${index % 20}`, { externalStoreLocationId: `s-${Math.floor(index / 20)}` }),
  );
  const sent = many.map(inventoryToPut);
  fc.assert(
    fc.property(fc.shuffledSubarray([...many.keys()], { minLength: 0 }), fc.boolean(), (kept, inOrder) => {
      const order = inOrder ? kept.toSorted((a, b) => a - b) : kept;
      const echo = order.flatMap((index) => many.slice(index, index + 1)).map((row) => inventoryEcho(row));
      const unconfirmed = [...many.keys()].filter((index) => !kept.includes(index));
      expect(compareInventory(sent, echo)).toEqual({ ...nothing, unconfirmed });
    }),
  );
});
