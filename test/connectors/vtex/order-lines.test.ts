import { describe, expect, test } from 'vitest';
import { isWeighed, toItemGrams } from '../../../src/domain/item-weight.ts';
import { toMinor } from '../../../src/connectors/oms/vtex/money.ts';
import { itemBody, orderBody } from '../../fixtures/vtex/order.ts';
import { codesOf, mapped, mappedWith } from './vtex-harness.ts';

const mappedItems = (...items: Record<string, unknown>[]) => mappedWith({ items: items.map((item) => itemBody(item)) });
const lineOf = (item: Record<string, unknown>) => mappedItems(item).input.lines[0];

describe('an item is a line', () => {
  test('of its own, also when two have the same SKU', () => {
    const { lines } = mappedItems(
      { uniqueId: 'A', quantity: 1, sellingPrice: 990 },
      { uniqueId: 'B', quantity: 2, sellingPrice: 890 },
    ).input;
    expect(lines).toMatchObject([
      { id: 'A', sku: '18', quantity: 1, unitPriceMinor: 990 },
      { id: 'B', sku: '18', quantity: 2, unitPriceMinor: 890 },
    ]);
  });

  test.each([
    [
      ['A', 'A', 'A-1'],
      ['A', 'A-1', 'A-1-2'],
    ],
    [
      ['A-2', 'A', 'A'],
      ['A-2', 'A', 'A-2-2'],
    ],
    [
      [null, '', undefined],
      ['item-0', 'item-1', 'item-2'],
    ],
  ])('with an id of its own, whatever VTEX says: %j', (given, ids) => {
    const { lines } = mappedItems(...given.map((uniqueId) => ({ uniqueId }))).input;
    expect(lines.map(({ id }) => id)).toEqual(ids);
  });

  test('of its own though it bears another’s uniqueId, and somebody is told: it may have been sent twice', () => {
    const order = mappedItems({ uniqueId: 'A' }, { uniqueId: 'A' });
    expect(order.input.lines).toHaveLength(2);
    expect(codesOf(order)).toEqual(['vtex.item_twice']);
    expect(codesOf(mappedItems({ uniqueId: 'A' }, { uniqueId: 'B' }))).toEqual([]);
    expect(codesOf(mappedItems({ uniqueId: null }, { uniqueId: null }))).toEqual([]);
  });

  test('unless nothing of it is left', () => {
    expect(mappedItems({ quantity: 0 }, { uniqueId: 'B' }).input.lines).toMatchObject([{ id: 'B' }]);
  });

  test('named like its SKU when it has no name, and a long name is cut between characters', () => {
    for (const name of [null, '', ' ', {}]) expect(lineOf({ name })?.name).toBe('18');
    expect(lineOf({ name: `x${'🍎'.repeat(300)}` })?.name).toBe(`x${'🍎'.repeat(149)}`);
  });

  test('with its picture only when that is a web address', () => {
    for (const imageUrl of [
      null,
      '',
      '/KOI.jpg',
      'javascript:alert(1)',
      'http:example.com',
      `https://a.b/${'x'.repeat(2_048)}`,
    ]) {
      expect(lineOf({ imageUrl })).not.toHaveProperty('imageUrl');
    }
  });

  test.each([
    ['12345670', true],
    ['036000291452', true],
    ['4006381333931', true],
    ['3256873', false],
    ['EAN241', false],
    ['', false],
    [null, false],
  ])('with the EAN %j as GTIN: %s', (ean, known) => expect(lineOf({ ean })?.gtin).toBe(known ? ean : undefined));
});

describe('the price of a line', () => {
  test('in another unit than hundredths is no price: the other one counts, and without it the order is unusable', () => {
    expect(lineOf({ price: 990, sellingPrice: 9.9 })?.unitPriceMinor).toBe(990);
    expect(() => lineOf({ price: 9.9, sellingPrice: 9.9 })).toThrow(expect.objectContaining({ kind: 'rejected' }));
  });

  test('is what one of the quantity sells for', () => {
    expect(lineOf({ price: 990, sellingPrice: 790 })?.unitPriceMinor).toBe(790);
  });

  test('is made of the price of the unit of measure where that is all there is', () => {
    // The change summary's example: 765 a kilogram, and two kilograms sell for 1530.
    const kilograms = { measurementUnit: 'kg', unitMultiplier: 2, price: 765 };
    expect(lineOf({ ...kilograms, sellingPrice: null })?.unitPriceMinor).toBe(1530);
    expect(lineOf({ ...kilograms, sellingPrice: 1530 })?.unitPriceMinor).toBe(1530);
  });

  test('may be zero: gifts', () => expect(lineOf({ sellingPrice: 0, isGift: true })?.unitPriceMinor).toBe(0));
});

describe('what is weighed', () => {
  const weightOf = (measurementUnit: unknown, unitMultiplier: unknown, quantity = 1) =>
    lineOf({ measurementUnit, unitMultiplier, quantity });

  test.each([
    ['kg', 0.19, 2, 380],
    ['KG', 1, 1, 1_000],
    [' kg ', 1.005, 1, 1_005],
    ['kg', 0.0005, 1, 1],
    ['kg', 0.0004, 1, 0],
    // Rounded once, at the end.
    ['kg', 1.0005, 2, 2_001],
    ['g', 250, 3, 750],
    ['g', 0.1, 15, 2],
    ['lb', 1, 1, 454],
    ['lb', 2.5, 2, 2_268],
    ['oz', 8, 1, 227],
    ['kg', 0.1, 3, 300],
  ])('in %s, %d each, %d of it is %d g', (unit, multiplier, quantity, grams) => {
    expect(weightOf(unit, multiplier, quantity)).toMatchObject({
      weighted: true,
      requestedWeightGrams: grams,
      quantity,
    });
  });

  test('is exact where floats are not', () => {
    expect(0.07 * 100_000 * 1_000).not.toBe(7_000_000);
    expect(toItemGrams('kg', 0.07, 100_000)).toBe(7_000_000);
    expect(toItemGrams('g', 1.15, 100)).toBe(115);
    expect(toItemGrams('lb', 0.000_1, 100_000)).toBe(4_536);
  });

  test('counts whole units where the multiplier is not told', () => {
    expect(weightOf('kg', null)).toMatchObject({ weighted: true, requestedWeightGrams: 1_000 });
  });

  test.each([0, -1, 1e-7, 1e21, 200_000])(
    'has no weight that could be asked for with the multiplier %d',
    (multiplier) => {
      expect(weightOf('kg', multiplier)).toMatchObject({ weighted: true });
      expect(weightOf('kg', multiplier)).not.toHaveProperty('requestedWeightGrams');
    },
  );

  test('is not what every object inherits', () => {
    for (const unit of ['constructor', '__proto__', 'toString']) expect(isWeighed(unit)).toBe(false);
  });
});

describe('what is counted', () => {
  test.each(['un', 'UN', '', null, 'l', 'm2'])('in %j says nothing of weight, and nobody is bothered', (unit) => {
    const order = mappedItems({ measurementUnit: unit, unitMultiplier: 1 });
    expect(order.input.lines[0]).not.toHaveProperty('weighted');
    expect(codesOf(order)).toEqual([]);
  });

  test('in pieces of several units is remarked upon, once for the whole order', () => {
    const order = mappedItems(
      { uniqueId: 'A', unitMultiplier: 6 },
      { uniqueId: 'B', measurementUnit: 'l', unitMultiplier: 0.75 },
    );
    expect(order.remarks).toEqual([
      { code: 'vtex.unit_unknown', detail: 'the quantity of a line counts pieces of 6 un' },
    ]);
  });
});

describe('hundredths are turned into minor units', () => {
  test.each([
    ['BRL', 990, 990],
    ['COP', 990_000, 990_000],
    ['HUF', 990, 990],
    ['CLP', 129_900, 1_299],
    ['JPY', 100, 1],
    ['JPY', 150, 2],
    ['KWD', 990, 9_900],
    ['CLF', 990, 99_000],
    ['BRL', 99.6, 100],
  ])('%s: %d are %d', (currency, hundredths, minor) => expect(toMinor(hundredths, currency)).toBe(minor));

  test('everywhere in an order', () => {
    const { input } = mappedWith({
      storePreferencesData: { currencyCode: 'CLP' },
      value: 116_000,
      totals: [{ id: 'Items', value: 99_000 }],
    });
    expect(input.totals).toEqual({ itemsMinor: 990, shippingMinor: 0, taxMinor: 0, grandTotalMinor: 1_160 });
    expect(input.lines[0]?.unitPriceMinor).toBe(10);
  });
});

describe('totals', () => {
  const totalsOf = (totals: unknown, value: unknown = 1160) => mapped(orderBody({ totals, value }));

  test('have discounts taken off the items', () => {
    const order = totalsOf([
      { id: 'Items', value: 1_000 },
      { id: 'Discounts', value: -200 },
      { id: 'Tax', value: 50 },
    ]);
    expect(order.input.totals).toEqual({ itemsMinor: 800, shippingMinor: 0, taxMinor: 50, grandTotalMinor: 1160 });
    expect(codesOf(order)).toEqual([]);
  });

  test('below zero are zero, and remarked upon', () => {
    const order = totalsOf(
      [
        { id: 'Items', value: 100 },
        { id: 'Discounts', value: -200 },
      ],
      -100,
    );
    expect(order.input.totals).toMatchObject({ itemsMinor: 0, grandTotalMinor: 0 });
    expect(codesOf(order)).toEqual(['vtex.total_negative']);
  });

  test('that are missing are added up from the others, and remarked upon', () => {
    const order = totalsOf([{ id: 'Items', value: 990 }, { id: 'Shipping', value: 300 }, null, 'x'], null);
    expect(order.input.totals).toMatchObject({ itemsMinor: 990, grandTotalMinor: 1290 });
    expect(codesOf(order)).toEqual(['vtex.total_missing']);
  });

  test('in another unit than hundredths are no totals, and remarked upon: a fraction is never rounded to one', () => {
    const rows = (shipping: unknown) => [
      { id: 'Items', value: 990 },
      { id: 'Shipping', value: shipping },
    ];
    const whole = totalsOf(rows(300), 12.9);
    expect(whole.input.totals).toMatchObject({ itemsMinor: 990, shippingMinor: 300, grandTotalMinor: 1290 });
    expect(codesOf(whole)).toEqual(['vtex.total_missing']);
    expect(codesOf(totalsOf(rows(3.001)))).toEqual(['vtex.total_missing']);
    expect(codesOf(totalsOf(rows('300')))).toEqual(['vtex.total_missing']);
    expect(codesOf(totalsOf(rows(300)))).toEqual([]);
    expect(codesOf(totalsOf([...rows(300), ...rows(300).slice(1)]))).toEqual(['vtex.total_missing']);
    expect(codesOf(totalsOf([{ id: 'Items', value: 990 }, { value: 300 }]))).toEqual(['vtex.total_missing']);
  });

  test.each([null, [], 'none', [{ id: 'Items', value: '99' }]])(
    'that say nothing of the items are remarked upon',
    (totals) => {
      expect(codesOf(totalsOf(totals))).toEqual(['vtex.total_missing']);
    },
  );
});
