import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InventoryRowSchema } from '../../src/domain/inventory-row.ts';
import { readPlainInventoryRow } from '../../src/domain/plain-inventory-row.ts';

const least = { externalProductId: '100001', externalStoreLocationId: 'store_001', available: true };
const most = { ...least, quantity: 42, valueCents: 440, currency: 'AUD' };

/** Values that are right for some fields, and those that are nearly so. */
const value = fc.oneof(
  fc.constantFrom<unknown[]>('.', '..', '...', '', 'a\u007fb', 'x'.repeat(128), 'x'.repeat(129), 'é', '😀', 'a\u0000'),
  fc.constantFrom<unknown[]>(0, -0, -1, 1.5, 2_147_483_647, 2_147_483_648, 1e300, Infinity, Number.NaN),
  fc.constantFrom<unknown[]>('BRL', 'brl', 'XXX', 'ABC', true, false, null, undefined, {}, [], 'true', '7'),
  fc.string(),
  fc.integer(),
);
const changes = fc.dictionary(
  fc.constantFrom(...Object.keys(most), 'location', 'details', 'providerConfigs', '_row', 'stock'),
  value,
  { maxKeys: 3 },
);

describe('the plain way to read an inventory row', () => {
  test.each([
    ['the least', least],
    ['the most that is plain', most],
  ])('is taken with %s, whatever the order of its fields', (_, row) => {
    expect(JSON.stringify(readPlainInventoryRow(row))).toBe(JSON.stringify(row));
    const reversed = Object.fromEntries(Object.entries(row).reverse());
    expect(JSON.stringify(readPlainInventoryRow(reversed))).toBe(JSON.stringify(row));
  });

  test('reads nothing that the schema does not read the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(least, most), changes, (row, change) => {
        const document = { ...row, ...change };
        const plain = readPlainInventoryRow(document);
        if (plain === undefined) return;
        const { data } = InventoryRowSchema.safeParse(document);
        expect(JSON.stringify(plain)).toBe(JSON.stringify(data));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['null', { quantity: null }],
    ['a shelf', { location: { aisle: '7' } }],
    ['the notes of a reject file', { _row: 7 }],
    ['a field that there is not', { stock: 7 }],
    ['a fault', { quantity: -1 }],
  ])('leaves a row with %s to the schema', (_, change) => {
    expect(readPlainInventoryRow({ ...most, ...change })).toBeUndefined();
  });

  test('leaves a row that names its prototype to the schema', () => {
    const document: unknown = JSON.parse(`{"__proto__":{"available":true},${JSON.stringify(least).slice(1)}`);
    expect(readPlainInventoryRow(Object(document))).toBeUndefined();
  });
});
