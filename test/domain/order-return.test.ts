import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownEvidence } from '../../src/domain/order-change.ts';
import type { Order } from '../../src/domain/order.ts';
import { isReturnedWhole, merchantTells, refuseReturn, takeReturn } from '../../src/domain/order-return.ts';
import { placeReturnedGoods } from '../../src/domain/place-returned-goods.ts';
import { sum } from '../../src/domain/settlement.ts';
import { madeOrder } from './order-fixture.ts';
import { askFor, pickOf } from './picked-item-fixture.ts';

const at = '2026-01-15T10:00:00.000Z';
const lines = [askFor('a', 'MILK', 2), askFor('b', 'BREAD', 1), askFor('c', 'MILK', 1)];

/** An order that was delivered as it was asked for. */
function sentOrder(): Order {
  const { order } = madeOrder();
  const evidence = [ownEvidence('picks_settled', at), ownEvidence('delivered', at)];
  const pickedItems = lines.map((line) => pickOf(line));
  return { ...order, status: 'DELIVERED', content: { ...order.content, lines }, pickedItems, evidence };
}

type Telling = Parameters<typeof takeReturn>[1];
const told = (system: string, reference: string, items: Record<string, number>): Telling => ({
  system,
  reference,
  items: Object.entries(items).map(([lineId, quantity]) => ({ lineId, quantity })),
});

let made = 0;
const newId = () => `ret_${(made += 1)}`;
function takeAll(tellings: readonly Telling[], from = sentOrder()) {
  const start = {
    changed: { order: from, happenings: [] } as Parameters<typeof takeReturn>[0],
    kept: null,
    isNew: false,
  };
  return tellings.reduce<ReturnType<typeof takeReturn>>(
    ({ changed }, telling) => takeReturn(changed, telling, { newId, at }, {}),
    start,
  ).changed;
}
const backOf = ({ returns = [] }: Order): Record<string, number> =>
  Object.fromEntries(
    lines.map(({ id }) => [
      id,
      sum(returns.flatMap(({ items }) => items.flatMap((item) => (item.lineId === id ? [item.quantity] : [])))),
    ]),
  );

describe('a return', () => {
  test('that two systems tell of, each as often as it likes, is one return and one event', () => {
    const partner = told('vtex-pick-and-pack', 'shipment-1', { a: 1, b: 1 });
    const merchant = { ...told(merchantTells, 'ret_0', { a: 1, b: 1 }), invoiceId: 'inv_1' };
    for (const order of [
      [partner, partner, merchant],
      [merchant, partner, partner],
    ]) {
      const { order: after, happenings } = takeAll(order);
      expect(after.returns).toMatchObject([{ invoiceIds: ['inv_1'], toldBy: [{}, {}] }]);
      expect(happenings).toMatchObject([{ type: 'order.returned', data: { whole: false } }]);
      expect(after.status).toBe('DELIVERED');
    }
  });

  test('of a part that one tells in one piece and another in two is not counted twice', () => {
    const { order, happenings } = takeAll([
      told('vtex-pick-and-pack', 'order', { a: 2, b: 1 }),
      { ...told(merchantTells, 'ret_1', { a: 2 }), invoiceId: 'inv_1' },
      { ...told(merchantTells, 'ret_2', { b: 1 }), invoiceId: 'inv_2' },
    ]);
    expect(order.returns).toMatchObject([{ invoiceIds: ['inv_1', 'inv_2'] }]);
    expect(happenings).toHaveLength(1);
    expect(refuseReturn(order, { items: [{ lineId: 'a', quantity: 1 }] })).toMatchObject({ code: 'return.exceeds' });
    expect(refuseReturn(order, { items: [{ lineId: 'c', quantity: 1 }] })).toBeNull();
  });

  test('that brings back the last of it ends the order as RETURNED', () => {
    const { order, happenings } = takeAll([
      told('vtex-pick-and-pack', 's-1', { a: 2 }),
      told('vtex', 'CREDIT1', { b: 1 }),
      told(merchantTells, 'ret_1', { c: 1 }),
    ]);
    expect(order.status).toBe('RETURNED');
    expect(isReturnedWhole(order)).toBe(true);
    expect(happenings.map(({ type }) => type)).toEqual([
      'order.returned',
      'order.returned',
      'order.returned',
      'order.status_changed',
    ]);
  });

  test('of more than was sent, or of what is no line, is as much as was sent', () => {
    const { order } = takeAll([told('vtex', 'CREDIT1', { a: 5, nowhere: 2 })]);
    expect(backOf(order)).toEqual({ a: 2, b: 0, c: 0 });
    expect(takeAll([told('vtex', 'CREDIT1', { nowhere: 2 })]).order.returns).toBeUndefined();
  });

  test('whatever is told by whom, in whatever order and however often, of each line came back what somebody told of', () => {
    const items = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 2 }), { minKeys: 1 });
    const telling = fc.tuple(fc.constantFrom('nash', 'vtex', merchantTells), items);
    const runs = fc.array(telling, { maxLength: 6 }).chain((all) => {
      const tellings = all.map(([system, of], index) => told(system, `r-${index}`, of));
      return fc.tuple(fc.constant(tellings), fc.shuffledSubarray([...tellings, ...tellings], { minLength: tellings.length * 2 })); // prettier-ignore
    });
    fc.assert(
      fc.property(runs, ([tellings, shuffled]) => {
        const { order } = takeAll(tellings);
        const toldMost = (id: string): number =>
          Math.max(
            ...['nash', 'vtex', merchantTells].map((system) =>
              sum(
                tellings
                  .filter((one) => one.system === system)
                  .flatMap((one) => one.items.flatMap((item) => (item.lineId === id ? [item.quantity] : []))),
              ),
            ),
          );
        const expected = Object.fromEntries(lines.map(({ id, quantity }) => [id, Math.min(quantity, toldMost(id))]));
        expect(backOf(order)).toEqual(expected);
        const other = takeAll(shuffled).order;
        expect(backOf(other)).toEqual(expected);
        expect(other.status).toBe(order.status);
      }),
      { numRuns: 500 },
    );
  });
});

describe('goods that a system names by their SKU', () => {
  test('fill the lines that they were sent for, first come first served, also over several returns', () => {
    const place = (order: Order, quantity: number) =>
      placeReturnedGoods(order, 'nash', [{ sku: 'MILK', quantity }]).items;
    expect(place(sentOrder(), 3)).toEqual([
      { lineId: 'a', quantity: 2 },
      { lineId: 'c', quantity: 1 },
    ]);
    const { order } = takeAll([told('nash', 's-1', { a: 2 })]);
    expect(place(order, 1)).toEqual([{ lineId: 'c', quantity: 1 }]);
  });

  test('are of the line that they were picked for instead, and of none where nobody asked for them', () => {
    const before = sentOrder();
    const instead = pickOf(askFor('b', 'BREAD', 1), { id: null, sku: 'RYE' });
    const order = { ...before, pickedItems: [...before.pickedItems.slice(0, 1), instead] };
    const goods = ['RYE', 'CHALK'].map((sku) => ({ sku, quantity: 1 }));
    expect(placeReturnedGoods(order, 'nash', goods)).toEqual({
      items: [{ lineId: 'b', quantity: 1 }],
      unplaced: ['CHALK'],
    });
    expect(placeReturnedGoods(order, 'vtex', [{ sku: 'MILK', quantity: 1, lineId: 'c' }]).items).toEqual([
      { lineId: 'c', quantity: 1 },
    ]);
  });
});
