import { describe, expect, test } from 'vitest';
import { productRowKey, readProductRow } from '../../src/domain/product-row.ts';

const least = {
  externalIdentifier: '100001',
  name: 'Dried Fruit Snack 130g',
  categories: ['Pantry', 'Snacks'],
  weight: 0.145,
  dimensions: { depth: 3, height: 18, width: 12 },
  identifiers: [{ type: 'EAN', value: '1234567890128' }],
};
const pictured = { ...least, imageUrls: ['https://cdn.example.com/p/100001.jpg'] };
const weighted = {
  ...pictured,
  attributes: ['WEIGHTED'],
  details: { weightedItemInfo: { weightPerItem: 0.55, weightUnit: 'kg' } },
};
const read = (row: unknown) => readProductRow(JSON.stringify(row));
const warnings = (row: unknown) => read(row).warnings?.map(({ code, pointer }) => [code, pointer]);

describe('a product row', () => {
  test('is taken as it is, and known by its external identifier alone', () => {
    expect(read(weighted)).toEqual({ row: weighted, warnings: [] });
    expect(productRowKey(weighted)).toBe('100001');
  });

  test('may leave the measures of its box open', () => {
    const row = { ...pictured, dimensions: { depth: null, height: null, width: null } };
    expect(read(row).row).toEqual({ ...pictured, dimensions: {} });
  });

  test.each(['KILOGRAMS', 'Kg', 'kilogram', ' kg '])('writes the unit of weight %j as kg', (weightUnit) => {
    const row = { ...weighted, details: { weightedItemInfo: { weightPerItem: 0.55, weightUnit } } };
    expect(read(row).row).toEqual(weighted);
  });

  test.each(['weighted', ' Weighted ', 'WEIGHTED'])('writes the attribute %j as WEIGHTED', (attribute) => {
    expect(read({ ...weighted, attributes: ['FRESH', attribute] }).row?.attributes).toEqual(['FRESH', 'WEIGHTED']);
    expect(warnings({ ...pictured, attributes: [attribute] })).toEqual([
      ['product.no_weight_unit', '/details/weightedItemInfo/weightUnit'],
    ]);
  });

  test('writes the size of a pack as text, which partners have as both', () => {
    const sized = (value: unknown) => read({ ...pictured, details: { packSizeSpecification: { value } } }).row;
    expect(sized(4)).toEqual(sized('4'));
  });
});

describe('a product row is taken with a warning:', () => {
  test.each([
    ['without pictures', least, [['product.no_image', '/imageUrls']]],
    ['with no picture', { ...least, imageUrls: [] }, [['product.no_image', '/imageUrls']]],
    ['with pictures: none', pictured, []],
    [
      'weighed, by no unit',
      { ...pictured, attributes: ['WEIGHTED'] },
      [['product.no_weight_unit', '/details/weightedItemInfo/weightUnit']],
    ],
    [
      'weighed, without the attribute',
      { ...weighted, attributes: [] },
      [['product.not_weighted', '/details/weightedItemInfo']],
    ],
    [
      'with a price',
      { ...weighted, details: { weightedItemInfo: { weightUnit: 'kg', valueCentsPerMeasurementUnit: 2150 } } },
      [['product.price_elsewhere', '/details/weightedItemInfo/valueCentsPerMeasurementUnit']],
    ],
  ])('%s', (_, row, expected) => {
    expect(read(row).row).toBeDefined();
    expect(warnings(row)).toEqual(expected);
  });
});

describe('a product row is refused, with a pointer to the fault:', () => {
  const without = (field: string) => Object.fromEntries(Object.entries(least).filter(([name]) => name !== field));
  test.each(Object.keys(least))('without %s', (field) => {
    expect(read(without(field)).errors).toEqual([
      { code: 'field.required', detail: 'is required', pointer: `/${field}` },
    ]);
  });

  test.each([
    [{ externalIdentifier: null }, 'field.type', '/externalIdentifier'],
    [{ name: '' }, 'field.too_small', '/name'],
    [{ weight: -0.1 }, 'field.too_small', '/weight'],
    [{ weight: '0.145' }, 'field.type', '/weight'],
    [{ dimensions: { depth: -1 } }, 'field.too_small', '/dimensions/depth'],
    [{ imageUrls: ['ftp://cdn.example.com/a.jpg'] }, 'field.format', '/imageUrls/0'],
    [{ identifiers: [{ type: 'EAN' }] }, 'field.required', '/identifiers/0/value'],
    [
      { details: { weightedItemInfo: { weightUnit: 'stone' } } },
      'field.weight_unit',
      '/details/weightedItemInfo/weightUnit',
    ],
    [
      { details: { weightedItemInfo: { weightPerItem: 0 } } },
      'field.too_small',
      '/details/weightedItemInfo/weightPerItem',
    ],
    [{ attributes: 'WEIGHTED' }, 'field.type', '/attributes'],
    [
      { details: { weightedItemInfo: { weightPerItem: '0.55', weightUnit: 'kg' } } },
      'field.type',
      '/details/weightedItemInfo/weightPerItem',
    ],
    [
      { details: { weightedItemInfo: { weightUnit: 'kg', valueCentsPerMeasurementUnit: 21.5 } } },
      'field.type',
      '/details/weightedItemInfo/valueCentsPerMeasurementUnit',
    ],
    [{ details: { packSizeSpecification: { value: {} } } }, 'field.invalid', '/details/packSizeSpecification/value'],
    [{ brand: 'x' }, 'field.unknown', '/brand'],
  ])('with %j', (fields, code, pointer) => {
    expect(read({ ...least, ...fields }).errors).toEqual([expect.objectContaining({ code, pointer })]);
  });

  test('for all its faults at once, and at most twenty', () => {
    expect(read({ ...least, weight: -1, name: '' }).errors).toHaveLength(2);
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`x${at}`, 1]));
    expect(read({ ...least, ...many }).errors).toHaveLength(20);
  });
});
