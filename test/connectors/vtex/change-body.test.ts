import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toChangeBody } from '../../../src/connectors/oms/vtex/change-body.ts';
import { ChangeHistorySchema, WireOrderSchema, type WireHistory } from '../../../src/connectors/oms/vtex/wire.ts';
import type { OmsModification, SettledGoods, SettledOmsLine } from '../../../src/connectors/oms/write-back.ts';
import { changeBody } from '../../../src/sandbox/vtex-oms/change-schema.ts';
import { changeOrder } from '../../../src/sandbox/vtex-oms/changed-order.ts';
import { makeOrderDoc, newOrderSchema, type OrderDoc } from '../../../src/sandbox/vtex-oms/order-doc.ts';
import { itemBody, orderBody } from '../../fixtures/vtex/order.ts';

const none: WireHistory = { requests: [] };
const ask = (changes: Partial<OmsModification>): OmsModification => ({
  reference: 'ord_1',
  reason: 'Picked',
  lines: [],
  ...changes,
});

const apples = { uniqueId: 'APPLES', id: '1', quantity: 3, price: 990, sellingPrice: 990 };
const bananas = { uniqueId: 'BANANAS', id: '75', quantity: 2, price: 1699, sellingPrice: 322, measurementUnit: 'kg', unitMultiplier: 0.19 }; // prettier-ignore
const others = { uniqueId: 'OTHERS', id: '1', quantity: 1, price: 500, sellingPrice: 500 };

const bodyFor = (
  changes: Partial<OmsModification>,
  items: Record<string, unknown>[] = [apples, bananas, others],
  history = none,
) =>
  toChangeBody(WireOrderSchema.parse(orderBody({ items: items.map((item) => itemBody(item)) })), history, ask(changes));

const kept = (lineId: string, keptQuantity: number, changes: Partial<SettledOmsLine> = {}): SettledOmsLine => ({
  lineId,
  keptQuantity,
  ...changes,
});
const goods = (changes: Partial<SettledGoods> = {}): SettledGoods => ({
  sku: '21',
  quantity: 2,
  weightGrams: null,
  priceMinor: 480,
  ...changes,
});
const taken = (uniqueId: string, id: string, quantity: number) => ({ items: [{ id, uniqueId, quantity }] });

describe('a change', () => {
  test('is none where everything was picked as it was ordered, or nothing is said of it', () => {
    const lines = [kept('APPLES', 3), kept('BANANAS', 2, { keptWeightGrams: 380, newPriceMinor: 644 })];
    expect(bodyFor({ lines })).toBeNull();
    expect(bodyFor({})).toBeNull();
  });

  test('carries our reference, without which nobody would know whose it was', () => {
    expect(bodyFor({ lines: [kept('APPLES', 0)] })?.reason).toBe('Picked (Packline ord_1)');
    expect(bodyFor({ lines: [kept('APPLES', 0)], reason: 'x'.repeat(500) })?.reason).toHaveLength(200 + 17);
    expect(() => bodyFor({ lines: [kept('APPLES', 0)], reference: 'a b' })).toThrow(/reference/);
  });

  test('takes out a line that is wholly short, by its own id and not by its SKU', () => {
    expect(bodyFor({ lines: [kept('OTHERS', 0)] })).toEqual({
      reason: expect.any(String),
      remove: taken('OTHERS', '1', 1),
    });
  });

  test('of a line that is partly short takes the whole line and gives back what is kept, at the order’s own price', () => {
    const to = { items: [{ id: '1', uniqueId: 'APPLES', quantity: 1, measurementUnit: 'un', unitMultiplier: 1 }] };
    for (const newPriceMinor of [undefined, 990]) {
      const line = kept('APPLES', 1, newPriceMinor === undefined ? {} : { newPriceMinor });
      expect(bodyFor({ lines: [line] })).toEqual({
        reason: expect.any(String),
        replace: [{ from: taken('APPLES', '1', 3), to }],
      });
    }
  });

  test('has weight in the multiplier and the price of a kilogram, and the odd cent as a manual value', () => {
    const line = kept('BANANAS', 2, { keptWeightGrams: 412, newPriceMinor: 701 });
    const item = {
      id: '75',
      uniqueId: 'BANANAS',
      quantity: 2,
      measurementUnit: 'kg',
      unitMultiplier: 0.206,
      price: 1701,
    };
    expect(bodyFor({ lines: [line] })).toEqual({
      reason: expect.any(String),
      replace: [{ from: taken('BANANAS', '75', 2), to: { items: [item] } }],
      // Twice 350 is 700.
      manualIncrementValue: 1,
    });
  });

  test('has one piece where pieces would not divide the weight by whole grams', () => {
    const line = kept('BANANAS', 2, { keptWeightGrams: 411, newPriceMinor: 698 });
    const [swap] = bodyFor({ lines: [line] })?.replace ?? [];
    expect(swap?.to.items).toEqual([
      { id: '75', uniqueId: 'BANANAS', quantity: 1, measurementUnit: 'kg', unitMultiplier: 0.411, price: 1698 },
    ]);
  });

  test('puts substitutes in the place of what is not kept, several of them, each at its price', () => {
    const substitutes = [goods(), goods({ sku: '75', quantity: 1, weightGrams: 250, priceMinor: 425 })];
    expect(
      bodyFor({
        lines: [kept('APPLES', 1, { substitutes }), kept('OTHERS', 0, { substitutes: [goods({ sku: '9' })] })],
      }),
    ).toMatchObject({
      // prettier-ignore
      replace: [
        {
          from: taken('APPLES', '1', 3),
          to: {
            items: [
              { id: '1', uniqueId: 'APPLES', quantity: 1 },
              { id: '21', uniqueId: 'APPLES', quantity: 2, price: 240 },
              { id: '75', uniqueId: 'APPLES', quantity: 1, measurementUnit: 'kg', unitMultiplier: 0.25, price: 1700 },
            ],
          },
        },
        { from: taken('OTHERS', '1', 1), to: { items: [{ id: '9', uniqueId: 'OTHERS', quantity: 2, price: 240 }] } },
      ],
    });
  });

  test('adds what stands in nobody’s place', () => {
    expect(bodyFor({ additions: [goods()] })).toEqual({
      reason: expect.any(String),
      add: { items: [{ id: '21', quantity: 2, price: 240 }] },
    });
    expect(bodyFor({ lines: [kept('APPLES', 3, { substitutes: [goods()] })] })?.add?.items).toHaveLength(1);
  });

  test('leaves what somebody else put into the order', () => {
    const stranger = { uniqueId: 'STRANGER', id: '21', quantity: 1, sellingPrice: 100, price: 100 };
    expect(bodyFor({ lines: [kept('APPLES', 3)] }, [apples, stranger])).toBeNull();
  });

  test('is none once the substitutes are there, whatever ids they got', () => {
    const substitute = { uniqueId: 'NEW', id: '21', quantity: 2, sellingPrice: 240, price: 240 };
    const lines = [kept('APPLES', 0, { substitutes: [goods()] }), kept('OTHERS', 1)];
    expect(bodyFor({ lines }, [{ ...apples, quantity: 0 }, others, substitute])).toBeNull();
    // The same substitute for two lines is wanted twice.
    const twice = [...lines, kept('BANANAS', 0, { substitutes: [goods()] })];
    expect(bodyFor({ lines: twice }, [others, substitute])?.add?.items).toHaveLength(1);
  });

  test('is refused where the order lost a line that is kept, and where nothing is left of it', () => {
    expect(() => bodyFor({ lines: [kept('GONE', 1)] })).toThrow(expect.objectContaining({ code: 'vtex.line_gone' }));
    const nothing = ['APPLES', 'BANANAS', 'OTHERS'].map((id) => kept(id, 0));
    expect(() => bodyFor({ lines: nothing })).toThrow(expect.objectContaining({ code: 'vtex.nothing_left' }));
  });

  test('counts the manual values of our own requests, and nobody else’s', () => {
    const lines = [kept('BANANAS', 2, { keptWeightGrams: 380, newPriceMinor: 645 })];
    const request = { requestId: 'r', manualIncrementValue: 1 };
    const history = (reason: string) => ChangeHistorySchema.parse({ requests: [{ ...request, reason }] });
    expect(bodyFor({ lines }, [bananas], none)).toMatchObject({ manualIncrementValue: 1 });
    expect(bodyFor({ lines }, [bananas], history('Picked (Packline ord_1)'))).toBeNull();
    expect(bodyFor({ lines }, [bananas], history('Goodwill'))).toMatchObject({ manualIncrementValue: 1 });
  });

  test('writes hundredths whatever the currency, as VTEX does', () => {
    const order = WireOrderSchema.parse(
      orderBody({
        items: [itemBody({ ...others, sellingPrice: 50_000 })],
        storePreferencesData: { currencyCode: 'JPY' },
      }),
    );
    const change = toChangeBody(order, none, ask({ lines: [kept('OTHERS', 1, { newPriceMinor: 450 })] }));
    expect(change?.replace?.[0]?.to.items[0]?.price).toBe(45_000);
  });
});

const gramsPer: Record<string, number> = { kg: 1_000, g: 1, lb: 453.59237, oz: 28.349523125 };

describe('against the simulator, which prices by itself', () => {
  const unitOf = fc.constantFrom('un', 'kg', 'g', 'lb', 'oz');
  const price = fc.integer({ min: 1, max: 50_000 });
  const quantity = fc.integer({ min: 1, max: 6 });
  const weight = fc.integer({ min: 1, max: 9_000 });
  const goodsOf = fc.oneof(
    fc.record({ sku: fc.constantFrom('501', '502'), quantity, weightGrams: fc.constant(null), priceMinor: price }),
    fc.record({ sku: fc.constant('503'), quantity, weightGrams: weight, priceMinor: price }),
  );
  const lineOf = fc.record({
    line: fc.record({
      sku: fc.constantFrom('1', '2'),
      quantity: fc.integer({ min: 1, max: 9 }),
      price,
      unit: unitOf,
      unitMultiplier: fc.constantFrom(1, 0.19, 0.5, 2.25),
    }),
    keptShare: fc.integer({ min: 0, max: 11 }),
    grams: weight,
    newPriceMinor: price,
    substitutes: fc.array(goodsOf, { maxLength: 2 }),
  });

  test.each(['nearest', 'down'] as const)(
    'any settlement comes out to the cent and the gram in at most two requests, and then there is no more to ask: rounding %s',
    (rounding) => {
      fc.assert(
        fc.property(
          fc.array(lineOf, { minLength: 1, maxLength: 6 }),
          fc.array(goodsOf, { maxLength: 2 }),
          (rows, additions) => {
            const input = newOrderSchema.parse({ lines: rows.map(({ line }) => line) });
            let doc: OrderDoc = makeOrderDoc(
              { ...input, orderId: 'v1demo-01' },
              { account: 'demo', number: 1, nowMs: 0 },
            );
            const shipping = doc.value - doc.items.reduce((sum, item) => sum + item.sellingPrice * item.quantity, 0);
            const lines = rows.map(({ line, keptShare, grams, newPriceMinor, substitutes }, index): SettledOmsLine => {
              const keptQuantity = Math.min(keptShare, line.quantity + 1);
              const weighed = line.unit === 'un' ? {} : { keptWeightGrams: grams };
              const priced = keptQuantity === 0 ? {} : { newPriceMinor, ...weighed };
              return { lineId: doc.items[index]?.uniqueId ?? '', keptQuantity, substitutes, ...priced };
            });
            fc.pre(additions.length > 0 || lines.some((l) => l.keptQuantity > 0 || (l.substitutes ?? []).length > 0));
            const requests: WireHistory['requests'] = [];
            let made = 0;
            const next = () => toChangeBody(WireOrderSchema.parse(doc), { requests }, ask({ lines, additions }));
            for (let body = next(); body !== null; body = next()) {
              const read = changeBody.parse(body);
              const { reason, manualDiscountValue, manualIncrementValue } = read;
              doc = { ...doc, ...changeOrder(doc, read, { rounding, nextUniqueId: () => `NEW${(made += 1)}` }) };
              requests.push({ requestId: 'r', date: null, reason, manualDiscountValue, manualIncrementValue });
              expect(requests.length).toBeLessThanOrEqual(2);
            }
            for (const { lineId, keptQuantity, keptWeightGrams } of lines) {
              const item = doc.items.find(({ uniqueId }) => uniqueId === lineId);
              const size = (item?.quantity ?? 0) * (keptWeightGrams === undefined ? 1 : (item?.unitMultiplier ?? 0));
              const perGram = keptWeightGrams === undefined ? 1 : (gramsPer[item?.measurementUnit ?? ''] ?? 0);
              expect(Math.round(size * perGram)).toBe(keptWeightGrams ?? keptQuantity);
            }
            const bagged = [...lines.flatMap((line) => line.substitutes ?? []), ...additions];
            const settled = [...lines.map((line) => line.newPriceMinor ?? 0), ...bagged.map((item) => item.priceMinor)];
            expect(doc.value - shipping).toBe(settled.reduce((sum, value) => sum + value, 0));
          },
        ),
        { numRuns: 300 },
      );
    },
  );
});
