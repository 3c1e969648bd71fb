import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toPicks } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/picked-items.ts';
import { WireOrderSchema } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { isSubstitution } from '../../../src/domain/picking.ts';
import { settle } from '../../../src/domain/settlement.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { ballBody, bananaBody, itemBody, lettuceBody, orderBody, requestedLines } from '../../fixtures/vtex-pick-and-pack/payloads.ts'; // prettier-ignore

type Lines = Parameters<typeof toPicks>[1];

const read = (changes: Record<string, unknown> = {}, lines: Lines = requestedLines) =>
  toPicks(WireOrderSchema.parse(orderBody(changes)), lines);

function settled(changes: Record<string, unknown> = {}, lines: Lines = requestedLines) {
  const picks = read(changes, lines);
  if (picks.state !== 'settled') throw new Error(JSON.stringify(picks));
  return picks.items;
}

/** The order's lines after it, as the domain settles them. */
const linesAfter = (changes: Record<string, unknown>, lines: Lines = requestedLines) =>
  settle(
    lines.map((line) => ({ ...line, name: line.sku, unitPriceMinor: 0 })),
    settled(changes, lines),
  ).lines;

const line = (id: string, sku: string, quantity: number) => ({ id, sku, quantity });

test('the document’s example is four lines: three picked, one of them by weight, and one rejected', () => {
  expect(settled()).toMatchObject([
    {
      id: 'line-banana',
      sku: '75',
      name: 'Banana',
      status: 'COMPLETED',
      quantity: 1,
      requested_quantity: 1,
      weight: 0.19,
      weightGrams: 190,
      price_cents: 322,
      requested_id: 'line-banana',
      requested_sku: '75',
      scanned_barcode: null,
      scans: null,
      lineId: 'line-banana',
    },
    { id: 'line-water', quantity: 1, price_cents: 1_000_000, weight: null, weightGrams: null },
    { id: 'line-ball', quantity: 1, price_cents: 1_000_000 },
    { id: 'line-lettuce', sku: '139', name: 'Lettuce', quantity: 0, price_cents: 0, lineId: 'line-lettuce' },
  ]);
});

test('a line’s price is one unit’s times the units, and its weight likewise, by decimal digits', () => {
  const picked = bananaBody({ quantity: 3, pickingPrice: 1_708, unitMultiplier: 1.005 });
  expect(settled({ pickedItems: [picked], rejectedItems: [] }, [line('l', '75', 3)])).toMatchObject([
    { quantity: 3, price_cents: 5_124, weight: 3.015, weightGrams: 3_015 },
  ]);
});

test.each([
  ['KILOGRAMS', 0.19, 570],
  ['kg', 1.0005, 3_002],
  ['Grams', 190, 570],
  ['LB', 0.5, 680],
  ['oz', 10, 850],
  ['UNITS', 6, null],
  [null, 0.19, null],
])('three of %s × %d are so many grams: %s', (unitOfMeasure, unitMultiplier, weightGrams) => {
  const picked = bananaBody({ quantity: 3, unitOfMeasure, unitMultiplier });
  expect(settled({ pickedItems: [picked], rejectedItems: [] }, [line('l', '75', 3)])).toMatchObject([{ weightGrams }]);
});

test('`price` stands in for a missing `pickingPrice` only where a unit is one base unit', () => {
  const priceless = { pickingPrice: null };
  const [water, banana] = [[line('w', '137', 1)], [line('b', '75', 1)]];
  expect(settled({ pickedItems: [itemBody(priceless)], rejectedItems: [] }, water)).toMatchObject([
    { price_cents: 1_000_000 },
  ]);
  expect(read({ pickedItems: [bananaBody(priceless)], rejectedItems: [] }, banana)).toEqual({
    state: 'unreadable',
    lacks: 'pickedItems.0.pickingPrice',
  });
});

describe('nothing is settled', () => {
  test.each([
    ['an item is not handled', { unhandledItems: [itemBody()] }],
    ['nobody says that all is handled', { unhandledItems: null }],
    ['the list of what is open is no list', { unhandledItems: {} }],
    ['nothing is said yet', { pickedItems: [], rejectedItems: [] }],
  ])('while %s', (_what, changes) => expect(read(changes)).toEqual({ state: 'open' }));

  test('while one of our lines is in no list, as in an answer from before it was picked', () => {
    expect(read({ pickedItems: [bananaBody(), itemBody()] })).toEqual({ state: 'incomplete', lacks: '140' });
    expect(read({ pickedItems: null })).toEqual({ state: 'incomplete', lacks: '75' });
  });

  test('while fewer units were picked than were asked for, and nobody declined the rest', () => {
    const lines = [line('w', '137', 3)];
    const picked = [itemBody({ quantity: 2, originalQuantity: 3 })];
    expect(read({ pickedItems: picked, rejectedItems: [] }, lines)).toEqual({ state: 'incomplete', lacks: '137' });
    const rejectedItems = [itemBody({ quantity: 1, originalQuantity: 3 })];
    expect(linesAfter({ pickedItems: picked, rejectedItems }, lines)).toMatchObject([
      { pickedQuantity: 2, shortQuantity: 1, priceMinor: 2_000_000 },
    ]);
  });

  test.each([
    ['a quantity', { quantity: null }, 'quantity'],
    ['a quantity in whole units', { quantity: 0.5 }, 'quantity'],
    ['a price', { pickingPrice: null, price: null }, 'pickingPrice'],
    ['a price in whole cents', { pickingPrice: 322.81 }, 'pickingPrice'],
    ['a price that can be added up', { pickingPrice: 9e15, quantity: 2 }, 'pickingPrice'],
    ['a weight of what is weighed', { unitOfMeasure: 'KILOGRAMS', unitMultiplier: null }, 'unitMultiplier'],
    ['a weight in grams', { unitOfMeasure: 'KILOGRAMS', unitMultiplier: 1e21 }, 'unitMultiplier'],
    ['a SKU', { id: null, sku: null }, 'sku'],
  ])('when a picked item lacks %s', (_what, changes, field) => {
    const lacks = `pickedItems.2.${field}`;
    expect(read({ pickedItems: [bananaBody(), itemBody(), ballBody(changes)] })).toEqual({
      state: 'unreadable',
      lacks,
    });
  });

  test.each([
    ['is missing', {}],
    ['is null', { pickedItems: null }],
    ['is no list', { pickedItems: 'none' }],
    ['is spelled otherwise', { picked_items: [bananaBody()] }],
  ])('when all was declined and the list of what was picked %s', (_what, changes) => {
    const { pickedItems: _, ...body } = orderBody({ rejectedItems: [lettuceBody()], ...changes });
    const wire = WireOrderSchema.parse('pickedItems' in changes ? { ...body, ...changes } : body);
    const lines = [line('l', '139', 1)];
    expect(toPicks(wire, lines)).toEqual({ state: 'unreadable', lacks: 'pickedItems' });
  });

  test('when a row is no item at all', () => {
    expect(read({ rejectedItems: [lettuceBody(), null] })).toEqual({
      state: 'unreadable',
      lacks: 'rejectedItems.1.row',
    });
  });
});

describe('lines of one SKU', () => {
  const lines = [line('first', '137', 2), line('second', '137', 3)];

  test('share what was picked in their order', () => {
    const changes = { pickedItems: [itemBody({ quantity: 4 })], rejectedItems: [itemBody({ quantity: 1 })] };
    expect(linesAfter(changes, lines)).toMatchObject([
      { lineId: 'first', pickedQuantity: 2, shortQuantity: 0, priceMinor: 2_000_000 },
      { lineId: 'second', pickedQuantity: 2, shortQuantity: 1, priceMinor: 2_000_000 },
    ]);
  });

  test('are told apart where VTEX has our ids', () => {
    const pickedItems = [itemBody({ id: 'second', quantity: 3 }), itemBody({ id: 'first', quantity: 2 })];
    expect(settled({ pickedItems, rejectedItems: [] }, lines)).toMatchObject([
      { lineId: 'first', quantity: 2 },
      { lineId: 'second', quantity: 3 },
    ]);
  });

  test('leave what is too much with the last', () => {
    expect(linesAfter({ pickedItems: [itemBody({ quantity: 7 })], rejectedItems: [] }, lines)).toMatchObject([
      { pickedQuantity: 2 },
      { pickedQuantity: 5, priceMinor: 5_000_000 },
    ]);
  });
});

describe('substitutes', () => {
  const lines = [line('l-water', '137', 2), line('l-ball', '140', 1)];
  const soda = (changes = {}) => itemBody({ id: '900', sku: '900', itemName: 'Soda', pickingPrice: 500, ...changes });
  const documented = {
    id: '137',
    referenceCode: 'r',
    orderSource: '-',
    originalQuantity: 2,
    image: '',
    temperature: null,
  };
  const seen = { sku: '137', itemName: 'Water', ean: 'EAN241', price: 1_000_000, quantity: 2, replacedBy: ['900'] };

  test.each([
    ['in the shape that was seen', { replacedItems: [seen] }],
    ['in the document’s shape, when only one item was replaced', { replacedItems: [documented] }],
    ['on the replaced item among the rejected', { rejectedItems: [itemBody({ replacedBy: ['900'] })] }],
  ])('are put down to the line whose item they replaced, told %s', (_how, changes) => {
    const items = settled(
      { pickedItems: [ballBody(), soda({ quantity: 2 })], rejectedItems: [], replacedItems: [], ...changes },
      lines,
    );
    expect(items.filter(isSubstitution)).toMatchObject([
      {
        id: null,
        sku: '900',
        requested_sku: '137',
        requested_id: 'l-water',
        lineId: 'l-water',
        quantity: 2,
        price_cents: 1_000,
      },
    ]);
    expect(items.map(({ lineId }) => lineId)).toEqual(['l-water', 'l-ball']);
  });

  test('may stand for part of a line', () => {
    const pickedItems = [itemBody({ quantity: 1 }), soda({ quantity: 1 }), ballBody()];
    const changes = { pickedItems, rejectedItems: [], replacedItems: [{ ...seen, quantity: 1 }] };
    expect(linesAfter(changes, lines)[0]).toMatchObject({
      pickedQuantity: 2,
      shortQuantity: 0,
      substituted: true,
      priceMinor: 1_000_500,
    });
  });

  test('may be fewer than what they replace, and that is all there is', () => {
    const changes = { pickedItems: [soda(), ballBody()], rejectedItems: [], replacedItems: [seen] };
    expect(linesAfter(changes, lines)[0]).toMatchObject({ pickedQuantity: 1, shortQuantity: 1, substituted: true });
  });

  test('may be an item that was asked for as well: its own line comes first', () => {
    const changes = {
      pickedItems: [ballBody({ quantity: 3 })],
      rejectedItems: [],
      replacedItems: [{ ...seen, replacedBy: ['140'] }],
    };
    expect(linesAfter(changes, lines)).toMatchObject([
      { lineId: 'l-water', pickedQuantity: 2, substituted: true },
      { lineId: 'l-ball', pickedQuantity: 1, substituted: false },
    ]);
  });

  test('may have been replaced themselves', () => {
    const changes = {
      pickedItems: [ballBody(), soda({ id: '901', sku: '901', quantity: 2 })],
      rejectedItems: [soda({ replacedBy: ['901'] })],
      replacedItems: [seen],
    };
    expect(settled(changes, lines)).toMatchObject([{ sku: '901', lineId: 'l-water' }, { sku: '140' }]);
  });

  test('that replace each other in a circle end all the same', () => {
    const changes = {
      pickedItems: [ballBody(), soda({ quantity: 2, replacedBy: ['137'] })],
      rejectedItems: [],
      replacedItems: [seen],
    };
    expect(settled(changes, lines)).toMatchObject([{ sku: '900', lineId: 'l-water' }, { sku: '140' }]);
  });

  test('that may be for either of two lines are put down to neither: somebody has to look', () => {
    const replacedItems = [documented, { ...documented, id: '140' }];
    expect(read({ pickedItems: [soda()], rejectedItems: [], replacedItems }, lines)).toEqual({
      state: 'unreadable',
      lacks: 'which item 900 took the place of',
    });
  });

  test('are no substitutes when nothing was replaced: what a picker adds is of no line, and is kept', () => {
    const pickedItems = [itemBody({ quantity: 2 }), ballBody(), soda()];
    const items = settled({ pickedItems, rejectedItems: [] }, lines);
    expect(items.at(-1)).toMatchObject({ sku: '900', lineId: null, requested_quantity: null, price_cents: 500 });
  });
});

test('whatever order the lists come in, the same is settled', () => {
  const { pickedItems } = orderBody();
  const rows = pickedItems as unknown[];
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
      expect(settled({ pickedItems: shuffled })).toEqual(settled());
    }),
  );
});

test('whatever one member of an order becomes, nothing is thrown, and no price is half a cent', () => {
  const lists = { replacedItems: [{ id: '137', sku: '137', originalQuantity: 1, replacedBy: ['140'] }] };
  const body = orderBody(lists);
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(body)), fc.constantFrom(...oddValues), (path, odd) => {
      const wire = WireOrderSchema.safeParse(JSON.parse(JSON.stringify(withAt(body, path, odd)) ?? 'null'));
      if (!wire.success) return;
      const picks = toPicks(wire.data, requestedLines);
      if (picks.state !== 'settled') return;
      for (const item of picks.items) {
        expect(Number.isSafeInteger(item.price_cents)).toBe(true);
        expect(Number.isSafeInteger(item.quantity)).toBe(true);
        expect(item.quantity).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('units are neither made nor lost: every picked unit is in the bag of some line, or an addition', () => {
  const skus = ['a', 'b', 'c', 'd'];
  const row = fc.record({
    sku: fc.constantFrom(...skus),
    quantity: fc.integer({ min: 0, max: 5 }),
    pickingPrice: fc.integer({ min: 0, max: 100 }),
    replacedBy: fc.option(fc.array(fc.constantFrom(...skus), { maxLength: 2 })),
  });
  const rows = fc.array(row, { maxLength: 6 });
  const asked = fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(rows, rows, rows, asked, (pickedItems, rejectedItems, replacedItems, wanted) => {
      const lines = wanted.map((each, index) => ({ ...each, id: `line-${index}` }));
      const picks = read({ pickedItems, rejectedItems, replacedItems }, lines);
      if (picks.state !== 'settled') return;
      const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);
      expect(sum(picks.items.map(({ quantity }) => quantity))).toBe(sum(pickedItems.map(({ quantity }) => quantity)));
      expect(sum(picks.items.map((item) => item.price_cents))).toBe(
        sum(pickedItems.map(({ quantity, pickingPrice }) => quantity * pickingPrice)),
      );
      for (const { id } of lines) expect(picks.items.some(({ lineId }) => lineId === id)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
