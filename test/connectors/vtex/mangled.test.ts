import { describe, expect, test } from 'vitest';
import { webhook } from '../../../src/connectors/oms/vtex/webhook.ts';
import { WireOrderSchema } from '../../../src/connectors/oms/vtex/wire.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { feedItem, hookBody, shortHookBody } from '../../fixtures/vtex/events.ts';
import { itemBody, orderBody } from '../../fixtures/vtex/order.ts';
import { mangle, namesOf, readAt } from '../../support/mangle.ts';
import { codesOf, mapped, settingsOf } from './vtex-harness.ts';

/** What the customer is to get and to pay, and whether somebody is told that it is odd. Null for an order that is refused. */
function judge(body: unknown): { money: string; isRemarked: boolean } | null {
  if (!WireOrderSchema.safeParse(body).success) return null;
  try {
    const order = mapped(body);
    const { lines, totals } = order.input;
    const goods = lines.map((line) => [
      line.sku,
      line.quantity,
      line.unitPriceMinor,
      line.requestedWeightGrams ?? null,
    ]);
    return { money: JSON.stringify([goods, totals]), isRemarked: codesOf(order).length > 0 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error).toMatchObject({ kind: 'rejected', code: 'vtex.order_unusable' });
    return null;
  }
}

describe('an order of a piece and of goods by weight', () => {
  const bananas = itemBody({ uniqueId: 'B', id: '75', price: 1_699, sellingPrice: 322, measurementUnit: 'kg', unitMultiplier: 0.19 }); // prettier-ignore
  const example = orderBody({ items: [itemBody(), bananas] });
  const exact = judge(example);
  const all = mangle(example).map((mangled) => ({ ...mangled, outcome: judge(mangled.body) }));
  const changed = all.filter(
    ({ outcome }) => outcome !== null && !outcome.isRemarked && outcome.money !== exact?.money,
  );

  test('is taken for what it says, without a remark', () => {
    expect(exact).toEqual({
      money: JSON.stringify([[['18', 1, 990, null], ['75', 1, 322, 190]], { itemsMinor: 99, shippingMinor: 300, taxMinor: 0, grandTotalMinor: 1_160 }]), // prettier-ignore
      isRemarked: false,
    });
    expect(all.length).toBeGreaterThan(500);
    expect(all.some(({ outcome }) => outcome === null)).toBe(true);
  });

  test('whose amounts, units or entries are missing, null, of another type or sent twice is never another one in silence', () => {
    const others = changed.filter(({ how }) => how !== 'other unit');
    // VTEX's own defaults: one unit of the measure, sold by the piece; and a SKU's name is no SKU.
    const said = /^items\.1\.(sellingPrice|unitMultiplier|measurementUnit)$/;
    expect(namesOf(others.filter(({ at }) => !said.test(at)))).toEqual([]);
  });

  test('in another unit is never rounded to an amount: what is taken is what stands there, in whole hundredths', () => {
    const units = changed.filter(({ how }) => how === 'other unit');
    const amount = /^(value|totals\.\d\.value|items\.\d\.(price|sellingPrice))$/;
    for (const { at, body, outcome } of units.filter((each) => amount.test(each.at))) {
      const value = readAt(body, at.split('.'));
      // A selling price that is none is made of the price of the unit of measure: 0.19 of 1699.
      expect(outcome?.money, `${at} ${String(value)}`).toContain(Number.isInteger(value) ? String(value) : ',323,190');
    }
    const quantities = /^items\.\d\.(quantity|unitMultiplier)$/;
    expect(namesOf(units.filter(({ at }) => !amount.test(at) && !quantities.test(at)))).toEqual([]);
  });
});

describe.each([
  ['a hook', hookBody()],
  ['a hook of the guide', shortHookBody()],
  ['an event of the feed', feedItem()],
])('%s', (_what, example) => {
  test('names its order, or is malformed, whatever is wrong in it', () => {
    const read = (body: unknown) => webhook.read(Buffer.from(JSON.stringify(body)), settingsOf());
    const { externalRef, state } = read(example);
    for (const { how, at, body } of mangle(example)) {
      try {
        const message = read(body);
        expect(message.externalRef, `${how} ${at}`).toBe(externalRef);
        expect([state, null], `${how} ${at}`).toContain(message.state);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect(error.kind).toBe('malformed');
        expect(at).toMatch(/^orderid$/i);
      }
    }
  });
});
