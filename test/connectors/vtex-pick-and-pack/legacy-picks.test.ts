import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toLegacyPicks } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/legacy-picks.ts';
import { LegacyReplySchema } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { legacyBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts';

const lines = [
  { id: 'a', sku: '101', quantity: 2, unitPriceMinor: 200 },
  { id: 'b', sku: '102', quantity: 1, unitPriceMinor: 550 },
  { id: 'c', sku: '101', quantity: 1, unitPriceMinor: 200 },
];
const row = (id: string, quantity: number, sellingPrice?: unknown) => ({
  id,
  quantity,
  sellingPrice,
  name: `SKU ${id}`,
});
const read = (
  pickedItems: unknown,
  fulfillmentStatus = 'READY_FOR_PACKING',
  asked: Parameters<typeof toLegacyPicks>[1] = lines,
) => toLegacyPicks(LegacyReplySchema.parse(legacyBody({ pickedItems, fulfillmentStatus })).data, asked);
const unitsOf = (picks: ReturnType<typeof read>) =>
  picks.state === 'settled'
    ? picks.items.map(({ lineId, sku, quantity, price_cents: price }) => [lineId, sku, quantity, price])
    : picks;

describe('what the legacy reader says was picked', () => {
  test('goes to the lines by SKU, at the order’s price; what is not there is short', () => {
    expect(unitsOf(read([row('101', 3, 2)]))).toEqual([
      ['a', '101', 2, 400],
      ['b', '102', 0, 0],
      ['c', '101', 1, 200],
    ]);
    expect(unitsOf(read([]))).toEqual([
      ['a', '101', 0, 0],
      ['b', '102', 0, 0],
      ['c', '101', 0, 0],
    ]);
  });

  test('and nobody asked for is an addition, in the unit in which the others have the order’s prices', () => {
    for (const [milk, rye] of [
      [2, 5.1],
      [200, 510],
      [0.2, 0.51],
    ] as const) {
      expect(unitsOf(read([row('101', 3, milk), row('777', 1, rye)]))).toContainEqual([null, '777', 1, 510]);
    }
    expect(unitsOf(read([row('101', 4)]))).toContainEqual([null, '101', 1, 200]);
  });

  test('is unreadable where an addition’s price has no unit, or a row no number: nothing is guessed', () => {
    for (const rows of [
      [row('777', 1, 5)],
      [row('101', 3, 1.99), row('777', 1, 5)],
      [row('101', 1, 2), row('777', 1, null)],
      [row('101', 1.5, 2)],
      [{ quantity: 1 }],
    ]) {
      expect(read(rows), JSON.stringify(rows)).toMatchObject({ state: 'unreadable' });
    }
    const weighed = [{ id: 'w', sku: '103', quantity: 1, unitPriceMinor: 400, weighted: true }];
    expect(read([row('103', 1, 4), row('777', 1, 5)], 'PACKING', weighed)).toMatchObject({ state: 'unreadable' });
  });

  test.each(['PENDING', 'READY_FOR_PICKING', 'PICKING', 'IDLE', 'CANCELED', 'SOMETHING', ''])(
    'of an order that the same answer has at %j is not the last word',
    (status) => expect(read([row('101', 3, 2)], status)).toEqual({ state: 'open' }),
  );

  test.each([null, undefined, 'none'])('is not said by %j', (pickedItems) => {
    expect(read(pickedItems)).toEqual({ state: 'open' });
  });

  test('is neither more nor less than its rows say, whatever they are', () => {
    const rows = fc.array(fc.record({ id: fc.constantFrom('101', '102', '777'), quantity: fc.nat(5) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(rows, (given) => {
        const picks = read([
          row('102', 0, 5.5),
          ...given.map(({ id, quantity }) => row(id, quantity, id === '777' ? 5 : undefined)),
        ]);
        if (picks.state !== 'settled') throw new Error(`the picks are ${picks.state}`);
        const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);
        for (const sku of ['101', '102', '777']) {
          expect(sum(picks.items.flatMap((item) => (item.sku === sku ? [item.quantity] : [])))).toBe(
            sum(given.flatMap(({ id, quantity }) => (id === sku ? [quantity] : []))),
          );
        }
        for (const { id, quantity } of lines) {
          expect(picks.items.find(({ lineId }) => lineId === id)?.quantity).toBeLessThanOrEqual(quantity);
        }
      }),
      { numRuns: 500 },
    );
  });
});
