import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InventoryRowSchema, inventoryRowKey, readInventoryRow } from '../../src/domain/inventory-row.ts';
import { fromUnreadable } from '../../src/domain/unreadable-row.ts';

const least = { externalProductId: '100001', externalStoreLocationId: 'store_001', available: true };
const full = {
  ...least,
  quantity: 42,
  valueCents: 440,
  currency: 'AUD',
  location: { aisle: '7', bay: 'B2', shelf: '3' },
  details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 2150 }, taxPercentage: 0.1 },
  providerConfigs: [
    {
      provider: 'X',
      serviceType: 'pick_and_deliver',
      valueCents: 459,
      currency: 'AUD',
      available: true,
      discount: { valueCents: 399, startTime: '2026-01-10T00:00:00.000Z', endTime: '2026-01-17T00:00:00.000Z' },
      taxPercentage: 0.1,
    },
  ],
};

describe('an inventory row', () => {
  test.each([
    ['the least', least],
    ['everything', full],
  ])('with %s is taken as it is', (_, row) => {
    expect(readInventoryRow(JSON.stringify(row))).toEqual({ row, warnings: [] });
    expect(readInventoryRow(row)).toEqual({ row, warnings: [] });
  });

  test('is the same JSON whatever the order of its fields, and whether nothing is said or null', () => {
    const reversed = Object.fromEntries(Object.entries({ ...full, details: null }).reverse());
    const { details: _, ...without } = full;
    expect(JSON.stringify(readInventoryRow(reversed).row)).toBe(JSON.stringify(readInventoryRow(without).row));
    expect(JSON.stringify(readInventoryRow(without).row)).toBe(JSON.stringify(without));
  });

  test('may carry the notes of a reject file, which are forgotten', () => {
    expect(readInventoryRow({ ...least, _row: 7, _errors: [{ code: 'field.type' }] })).toEqual({
      row: least,
      warnings: [],
    });
  });

  test('is about a product in a store: no two pairs have one key', () => {
    const key = (store: string, product: string) =>
      inventoryRowKey({ externalStoreLocationId: store, externalProductId: product });
    expect(key('a', 'b')).toBe(key('a', 'b'));
    expect(new Set([key('a', 'b'), key('b', 'a'), key('ab', ''), key('', 'ab')]).size).toBe(4);
    // What separates them cannot be in either.
    expect(readInventoryRow({ ...least, externalProductId: 'a\nb' }).errors).toHaveLength(1);
  });
});

describe('an inventory row is refused, with a pointer to the fault:', () => {
  const { available: _a, ...withoutAvailable } = least;
  const { externalProductId: _p, ...withoutProduct } = least;
  const { externalStoreLocationId: _s, ...withoutStore } = least;
  test.each([
    [withoutAvailable, 'field.required', '/available'],
    [withoutProduct, 'field.required', '/externalProductId'],
    [withoutStore, 'field.required', '/externalStoreLocationId'],
    [{ ...least, available: 'true' }, 'field.type', '/available'],
    [{ ...least, externalProductId: 100_001 }, 'field.type', '/externalProductId'],
    [{ ...least, externalProductId: '' }, 'field.format', '/externalProductId'],
    [{ ...least, externalProductId: 'x'.repeat(129) }, 'field.too_big', '/externalProductId'],
    [{ ...least, quantity: -1 }, 'field.too_small', '/quantity'],
    [{ ...least, quantity: 1.5 }, 'field.type', '/quantity'],
    [{ ...least, quantity: '5' }, 'field.type', '/quantity'],
    [{ ...least, quantity: 2_147_483_648 }, 'field.too_big', '/quantity'],
    [{ ...least, valueCents: 4.4 }, 'field.type', '/valueCents'],
    [{ ...least, valueCents: -440 }, 'field.too_small', '/valueCents'],
    [{ ...least, currency: 'ABC' }, 'field.currency', '/currency'],
    [{ ...least, currency: 'brl' }, 'field.currency', '/currency'],
    [{ ...least, location: { aisle: 7 } }, 'field.type', '/location/aisle'],
    [{ ...least, location: { 'a/b': 'x' } }, 'field.unknown', '/location/a~1b'],
    [{ ...least, price: 440 }, 'field.unknown', '/price'],
    [
      { ...least, details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 21.5 } } },
      'field.type',
      '/details/weightedItemInfo/valueCentsPerMeasurementUnit',
    ],
    [
      { ...least, details: { weightedItemInfo: { valueCentsPerMeasurementUnit: -1 } } },
      'field.too_small',
      '/details/weightedItemInfo/valueCentsPerMeasurementUnit',
    ],
    // The unit is the product's, in the catalogue.
    [
      { ...least, details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 1, weightUnit: 'kg' } } },
      'field.unknown',
      '/details/weightedItemInfo/weightUnit',
    ],
    [{ ...least, details: { taxPercentage: 10 } }, 'field.too_big', '/details/taxPercentage'],
    [
      { ...full, providerConfigs: [{ provider: 'X', serviceType: 's', valueCents: 1, currency: 'XYZ' }] },
      'field.currency',
      '/providerConfigs/0/currency',
    ],
  ])('%j', (row, code, pointer) => {
    const { errors } = readInventoryRow(JSON.stringify(row));
    expect(errors).toEqual([expect.objectContaining({ code, pointer })]);
  });

  test.each(['', 'x', '[]', 'null', '"a"', '7', '{"a":1', '{} {}', '\u0000', '['.repeat(60_000)])(
    '%j is no row',
    (text) => {
      expect(readInventoryRow(text).errors).toEqual([
        { code: 'row.json', detail: 'is not one JSON object', pointer: '' },
      ]);
    },
  );

  test('the line of what could not be read gives the reason that was found then', () => {
    const line = fromUnreadable({ code: 'row.too_large', detail: 'is longer', text: '{"a":' });
    expect(readInventoryRow(line).errors).toEqual([{ code: 'row.too_large', detail: 'is longer', pointer: '' }]);
  });

  test.each(['"\\u0000"', '"\\ud800"', '"a\\udfff"'])('text %s, which no store keeps', (text) => {
    const line = JSON.stringify(full).replace('"B2"', text);
    expect(readInventoryRow(line).errors).toEqual([
      expect.objectContaining({ code: 'field.characters', pointer: '/location/bay' }),
    ]);
  });

  test('a member __proto__, a number that is none, a nest of arrays', () => {
    const line = JSON.stringify(least);
    expect(readInventoryRow(line.replace('{', '{"__proto__":{"available":true},')).errors).toHaveLength(1);
    expect(readInventoryRow(line.replace('{', '{"quantity":1e999,')).errors).toHaveLength(1);
    const deep = `${'['.repeat(30_000)}"\\u0000"${']'.repeat(30_000)}`;
    expect(readInventoryRow(line.replace('{', `{"location":${deep},`)).errors).toHaveLength(1);
  });
});

test('reading never throws, and what is taken is taken again unchanged', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, 'AUD', true, 0, 5));
  const any = fc.record(
    {
      externalProductId: fc.oneof(fc.string({ minLength: 1 }), value),
      externalStoreLocationId: fc.oneof(fc.string({ minLength: 1 }), value),
      available: fc.oneof(fc.boolean(), value),
      quantity: fc.oneof(fc.nat(), value),
      currency: fc.oneof(fc.constant('AUD'), value),
      location: fc.oneof(fc.record({ aisle: fc.string() }), value),
    },
    { requiredKeys: [] },
  );
  let taken = 0;
  fc.assert(
    fc.property(any, (row) => {
      const first = readInventoryRow(JSON.stringify(row));
      expect((first.errors?.length ?? 0) > 0).toBe(first.row === undefined);
      expect(first.row !== undefined).toBe(InventoryRowSchema.safeParse(row).success);
      if (first.row === undefined) return;
      taken += 1;
      expect(JSON.stringify(readInventoryRow(first.row).row)).toBe(JSON.stringify(first.row));
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(0);
});
