import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunKind } from '../../src/domain/bulk-run.ts';
import { makeRowOfCells, toCells, toCsvLine } from '../../src/domain/csv-cells.ts';
import { csvColumns, findHeaderFault } from '../../src/domain/csv-columns.ts';
import { InventoryRowSchema } from '../../src/domain/inventory-row.ts';
import { ProductRowSchema } from '../../src/domain/product-row.ts';

const allColumns = (kind: RunKind) => [...csvColumns[kind].keys()];
const read = (kind: RunKind, cells: Readonly<Record<string, string>>) =>
  makeRowOfCells(kind, Object.keys(cells))(Object.values(cells));

describe('cells become the fields that their columns name', () => {
  test('of inventory', () => {
    expect(
      read('inventory', {
        externalProductId: '007',
        externalStoreLocationId: 's',
        available: 'TRUE',
        quantity: ' 5 ',
        valueCents: '',
        currency: 'BRL',
        'location.aisle': '7',
        'location.bay': '',
        'details.weightedItemInfo.valueCentsPerMeasurementUnit': '2150',
        providerConfigs: '[{"provider":"X"}]',
      }),
    ).toEqual({
      externalProductId: '007',
      externalStoreLocationId: 's',
      available: true,
      quantity: 5,
      currency: 'BRL',
      location: { aisle: '7' },
      details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 2150 } },
      providerConfigs: [{ provider: 'X' }],
    });
  });

  test('of products, lists and identifiers among them', () => {
    expect(
      read('products', {
        externalIdentifier: '1',
        name: 'a, b',
        imageUrls: 'https://a/1|https://a/2',
        categories: '["a|b","c"]',
        weight: '0.145',
        'dimensions.depth': '3.0',
        'dimensions.height': '',
        'dimensions.width': '',
        identifiers: 'EAN:1234567890128|PLU:4011',
        attributes: '',
        'details.packSizeSpecification.value': '4',
      }),
    ).toEqual({
      externalIdentifier: '1',
      name: 'a, b',
      imageUrls: ['https://a/1', 'https://a/2'],
      categories: ['a|b', 'c'],
      weight: 0.145,
      dimensions: { depth: 3 },
      identifiers: [
        { type: 'EAN', value: '1234567890128' },
        { type: 'PLU', value: '4011' },
      ],
      details: { packSizeSpecification: { value: '4' } },
    });
  });

  test('what a product must have is there even when its cells are empty', () => {
    const empty = { categories: '', identifiers: '', 'dimensions.depth': '' };
    expect(read('products', empty)).toEqual({ categories: [], identifiers: [], dimensions: {} });
  });

  test.each([
    ['quantity', '1,5'],
    ['quantity', 'many'],
    ['quantity', '0x10'],
    ['available', 'yes'],
    ['providerConfigs', '{'],
  ])('what %s cannot say as %j stays text, for the schema to refuse', (column, cell) => {
    expect(read('inventory', { [column]: cell })).toEqual({ [column]: cell });
  });
});

describe('a header', () => {
  const least = 'externalProductId,externalStoreLocationId,available';
  test.each([
    ['inventory', least, undefined],
    ['inventory', `_row,${least},_errors`, undefined],
    ['inventory', `${least},price`, /"price" is no column of inventory: there are externalProductId, /],
    ['inventory', least.replaceAll(',', ';'), /separated by commas/],
    ['inventory', `${least},available`, /"available" is there twice/],
    ['inventory', 'externalProductId,available', /missing: externalStoreLocationId$/],
    ['products', 'externalIdentifier,name', /missing: categories, weight/],
    ['inventory', `${least},__proto__`, undefined],
  ] as const)('of %s %j', (kind, header, fault) => {
    const found = findHeaderFault(kind, header.split(','));
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});

describe('a row that is written as cells is read as the same row', () => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
  const id = word.filter((text) => ProductRowSchema.shape.externalIdentifier.safeParse(text).success);
  const some = <T>(field: fc.Arbitrary<T>) => fc.option(field, { nil: undefined });
  const clean = (row: unknown): unknown => JSON.parse(JSON.stringify(row));
  const roundTrip = (kind: RunKind, row: unknown) => makeRowOfCells(kind, allColumns(kind))(toCells(kind, row));

  test('of products', () => {
    const product = fc.record({
      externalIdentifier: id,
      name: word,
      description: some(word),
      imageUrls: some(fc.array(fc.webUrl(), { maxLength: 3 })),
      categories: fc.array(word, { maxLength: 3 }),
      weight: fc.integer({ min: 0, max: 100_000 }).map((grams) => grams / 1_000),
      dimensions: fc.record({ depth: fc.nat(300), height: some(fc.nat(300)) }),
      identifiers: fc.array(fc.record({ type: word, value: id }), { maxLength: 3 }),
      attributes: some(fc.array(word, { maxLength: 3 })),
    });
    fc.assert(
      fc.property(product, (row) => {
        expect(ProductRowSchema.safeParse(clean(row)).success).toBe(true);
        expect(roundTrip('products', row)).toEqual(clean(row));
      }),
    );
  });

  test('of inventory', () => {
    const inventory = fc.record({
      externalProductId: id,
      externalStoreLocationId: id,
      available: fc.boolean(),
      quantity: some(fc.nat()),
      location: some(fc.record({ aisle: word, shelf: some(word) })),
      providerConfigs: some(
        fc.array(
          fc.record({
            provider: word,
            serviceType: word,
            valueCents: fc.nat(),
            currency: fc.constant('AUD'),
          }),
          { maxLength: 2 },
        ),
      ),
    });
    fc.assert(
      fc.property(inventory, (row) => {
        expect(InventoryRowSchema.safeParse(clean(row)).success).toBe(true);
        expect(roundTrip('inventory', row)).toEqual(clean(row));
      }),
    );
  });

  test('and what was refused comes back refused for the same reason, until somebody mends it', () => {
    const refused = { externalProductId: '1', externalStoreLocationId: 's', available: 'maybe', quantity: -5 };
    expect(roundTrip('inventory', refused)).toEqual(refused);
    expect(toCells('inventory', 'not a row')).toEqual(allColumns('inventory').map(() => ''));
  });
});

test('a line quotes what has to be quoted, and nothing else', () => {
  expect(toCsvLine(['a', 'b c', 'd,e', 'f"g', 'h\ni', ''])).toBe('a,b c,"d,e","f""g","h\ni",');
});
