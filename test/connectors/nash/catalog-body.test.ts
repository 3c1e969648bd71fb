import { expect, test } from 'vitest';
import { fromInventory, fromProduct } from '../../../src/connectors/fulfilment/nash/catalog-body.ts';
import { readInventoryRow } from '../../../src/domain/inventory-row.ts';
import { readProductRow } from '../../../src/domain/product-row.ts';
import { inventoryRow, productRow } from './catalog-rows.ts';

const wireOf = (text: string): unknown => JSON.parse(text);
const readProduct = (row: object) => {
  const { row: read } = readProductRow(JSON.stringify(row));
  if (read === undefined) throw new Error('the row of this test is a row');
  return read;
};

test('a product goes out with everything that it has, under the names of the document', () => {
  const row = productRow('800008', {
    description: 'Four pots',
    imageUrls: ['https://cdn.example.com/p/800008.jpg'],
    attributes: ['WEIGHTED'],
    details: {
      weightedItemInfo: { weightPerItem: 0.14, weightUnit: 'kg' },
      sizeSpecification: { value: 560, description: 'G' },
      packSizeSpecification: { value: '4', description: '140g x 4 Pack' },
      skillsRequired: ['cold_chain'],
      dropoffServiceTimeSeconds: 60,
    },
    providerConfigs: [{ provider: 'X', serviceType: 'pick_and_deliver', categories: ['Dairy'], enabled: true }],
  });
  expect(wireOf(fromProduct(row))).toEqual(row);
});

test('a pack size is text on the wire, however it was sent to us', () => {
  const row = readProduct({ ...productRow('p-1'), details: { packSizeSpecification: { value: 10 } } });
  expect(wireOf(fromProduct(row))).toMatchObject({ details: { packSizeSpecification: { value: '10' } } });
});

test('a price per unit of weight is sent with the inventory and never with the product', () => {
  const weightedItemInfo = { weightPerItem: 0.18, weightUnit: 'kg' };
  const row = readProduct({
    ...productRow('p-1'),
    details: { weightedItemInfo: { ...weightedItemInfo, valueCentsPerMeasurementUnit: 310 } },
  });
  expect(wireOf(fromProduct(row))).toMatchObject({ details: { weightedItemInfo } });
  expect(fromProduct(row)).not.toContain('valueCentsPerMeasurementUnit');
  const details = { weightedItemInfo: { valueCentsPerMeasurementUnit: 310 }, taxPercentage: 0.1 };
  expect(wireOf(fromInventory(inventoryRow('p-1', { details })))).toEqual(inventoryRow('p-1', { details }));
});

test('what a row leaves out is not sent', () => {
  const bare = { externalProductId: 'p-1', externalStoreLocationId: 's-1', available: false };
  expect(fromInventory(bare)).toBe(JSON.stringify(bare));
});

test('what Nash would not know is not sent, though a row had it', () => {
  const stranger = { ...inventoryRow('p-1'), supplier: 'somebody' };
  const namesake = { ...productRow('p-1'), supplier: 'somebody' };
  expect(fromInventory(stranger)).not.toContain('somebody');
  expect(fromProduct(namesake)).not.toContain('somebody');
});

test('equal rows are equal text, whatever the order of their fields was', () => {
  const row = inventoryRow('p-1');
  const turned = readInventoryRow(JSON.stringify(Object.fromEntries(Object.entries(row).reverse()))).row;
  expect(turned === undefined ? undefined : fromInventory(turned)).toBe(fromInventory(row));
});
