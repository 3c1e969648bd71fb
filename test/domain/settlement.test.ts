import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSubstitution } from '../../src/domain/picking.ts';
import { settle } from '../../src/domain/settlement.ts';
import { askFor, pickOf } from './picked-item-fixture.ts';

const bananas = askFor('1', 'BANANA', 2);
const milk = askFor('2', 'MILK', 6);

const settleLines = (...asked: Parameters<typeof settle>) => settle(...asked).lines;

describe('settle', () => {
  test('settles a line that was picked whole without a shortage', () => {
    expect(settleLines([milk], [pickOf(milk)])).toEqual([
      {
        lineId: '2',
        sku: 'MILK',
        requestedQuantity: 6,
        pickedQuantity: 6,
        keptQuantity: 6,
        substitutedQuantity: 0,
        shortQuantity: 0,
        overQuantity: 0,
        substituted: false,
        requestedWeightGrams: null,
        weightGrams: null,
        requestedMinor: 600,
        priceMinor: 600,
      },
    ]);
  });

  test('counts what is missing as short', () => {
    const [settled] = settleLines([milk], [pickOf(milk, { quantity: 4, price_cents: 400 })]);
    expect(settled).toMatchObject({ pickedQuantity: 4, shortQuantity: 2, substituted: false, priceMinor: 400 });
  });

  test('gathers a substitution that was split over several picks, and says that it is one', () => {
    const [settled] = settleLines(
      [milk],
      [
        pickOf(milk, { quantity: 2, price_cents: 200 }),
        pickOf(milk, { id: null, sku: 'MILK-LF', quantity: 3, price_cents: 330 }),
        pickOf(milk, { id: null, sku: 'MILK-OAT', quantity: 1, price_cents: 150 }),
      ],
    );
    expect(settled).toMatchObject({ pickedQuantity: 6, shortQuantity: 0, substituted: true, priceMinor: 680 });
  });

  test('keeps two lines of one SKU apart', () => {
    const ripe = askFor('1', 'BANANA', 2);
    const green = askFor('2', 'BANANA', 3);
    const settled = settleLines([ripe, green], [pickOf(green, { quantity: 1 }), pickOf(ripe)]);
    expect(settled).toMatchObject([
      { lineId: '1', pickedQuantity: 2, shortQuantity: 0 },
      { lineId: '2', pickedQuantity: 1, shortQuantity: 2 },
    ]);
  });

  test('settles every line as wholly short when nothing was picked', () => {
    expect(settleLines([bananas, milk], [])).toMatchObject([
      { lineId: '1', pickedQuantity: 0, shortQuantity: 2, substituted: false, weightGrams: null, priceMinor: 0 },
      { lineId: '2', pickedQuantity: 0, shortQuantity: 6, substituted: false, weightGrams: null, priceMinor: 0 },
    ]);
  });

  test('lets a row of quantity 0 count for nothing: no substitution, no price, no weight', () => {
    const nothing = pickOf(milk, { id: null, sku: 'MILK-LF', quantity: 0, price_cents: 600, weightGrams: 900 });
    expect(settleLines([milk], [nothing])).toEqual(settleLines([milk], []));
  });

  test('adds up the weights and prices of the picks as they are: a price is of the whole pick', () => {
    const [settled] = settleLines(
      [bananas],
      [
        pickOf(bananas, { quantity: 1, weight: 0.72, weightGrams: 720, price_cents: 225 }),
        pickOf(bananas, { quantity: 1, weight: 0.73, weightGrams: 730, price_cents: 225 }),
      ],
    );
    expect(settled).toMatchObject({ weightGrams: 1_450, priceMinor: 450 });
  });

  test('keeps the weight unknown when no pick has one, and sums those that have', () => {
    expect(settleLines([milk], [pickOf(milk)])[0]?.weightGrams).toBeNull();
    expect(
      settleLines([milk], [pickOf(milk, { quantity: 1 }), pickOf(milk, { quantity: 1, weightGrams: 500 })])[0],
    ).toMatchObject({ weightGrams: 500 });
  });

  test('has no negative shortage when more was picked than asked for', () => {
    expect(settleLines([milk], [pickOf(milk, { quantity: 8 })])[0]).toMatchObject({
      pickedQuantity: 8,
      shortQuantity: 0,
      overQuantity: 2,
    });
  });

  test('keeps what belongs to no line as an addition: in no line, and in the total', () => {
    const gum = { id: null, sku: 'GUM', name: 'Gum', requested_id: 'GUM', requested_sku: 'GUM' };
    const strays = [
      pickOf(milk, { ...gum, lineId: null, quantity: 1, price_cents: 90 }),
      pickOf(milk, { ...gum, lineId: 'gone', quantity: 2, price_cents: 180, weightGrams: 30 }),
      pickOf(milk, { ...gum, lineId: null, quantity: 0, price_cents: 500 }),
    ];
    const settled = settle([milk], [pickOf(milk), ...strays]);
    expect(settled.lines).toEqual(settleLines([milk], [pickOf(milk)]));
    expect(settled.additions).toEqual([{ sku: 'GUM', name: 'Gum', quantity: 3, weightGrams: 30, priceMinor: 270 }]);
    expect(settled.totals).toEqual({
      requestedMinor: 600,
      linesMinor: 600,
      additionsMinor: 270,
      itemsMinor: 870,
      differenceMinor: 270,
    });
  });

  test('answers the lines in the order they were asked for, whatever the order of the picks', () => {
    const lines = [bananas, milk, askFor('3', 'MILK', 1)];
    const picks = [pickOf(bananas), pickOf(milk, { quantity: 2 }), pickOf(milk, { id: null, quantity: 1 })];
    const settled = settleLines(lines, picks);
    expect(settled.map((each) => each.lineId)).toEqual(['1', '2', '3']);
    fc.assert(
      fc.property(fc.shuffledSubarray(picks, { minLength: picks.length }), (shuffled) => {
        expect(settleLines(lines, shuffled)).toEqual(settled);
      }),
    );
  });
});

describe('isSubstitution', () => {
  test.each([
    ['names its line and its SKU', { id: '1', sku: 'A', requested_sku: 'A' }, false],
    ['names no line', { id: null, sku: 'A', requested_sku: 'A' }, true],
    ['is of another SKU', { id: '1', sku: 'B', requested_sku: 'A' }, true],
  ])('a pick that %s', (_, item, substituted) => {
    expect(isSubstitution(item)).toBe(substituted);
  });

  test('goes by ids and never by the free text of `status`', () => {
    expect(isSubstitution(pickOf(milk, { status: 'substituted' }))).toBe(false);
  });
});
