import { describe, expect, test, vi } from 'vitest';
import { toPickedItems } from '../../../src/connectors/fulfilment/nash/picked-items.ts';
import { toPicks } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/picked-items.ts';
import { WireOrderSchema } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import type { Line } from '../../../src/domain/order-input.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { PickedItem } from '../../../src/domain/picking.ts';
import { settlePicks } from '../../../src/domain/settle-picks.ts';
import { defaultSettlementRules as rules } from '../../../src/domain/settlement-rules.ts';
import { settle } from '../../../src/domain/settlement.ts';
import { toOmsModification } from '../../../src/fulfilment/to-oms-modification.ts';
import { madeOrder } from '../../domain/order-fixture.ts';
import { bananaBody, itemBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts';
import { mapped } from './vtex-harness.ts';
import { startWriteBack } from './write-back-harness.ts';

const at = '2026-01-15T03:00:00.000Z';
const shippingMinor = 500;

/** The order of one SKU on two lines, and what was picked of it, told to the OMS until nothing is left to tell. */
async function tell(pick: (lines: readonly Line[]) => readonly PickedItem[]) {
  const { writeBack, shop, docOf, effectsOf } = await startWriteBack();
  const { orderId } = shop();
  const { lines } = mapped(docOf(orderId)).input;
  const { order } = madeOrder();
  const evidence = [{ system: 'packline', subject: 'order', code: 'delivered', occurredAt: at, receivedAt: at }];
  const asked: Order = { ...order, content: { ...order.content, lines }, evidence };
  const picked = settlePicks({ order: asked, happenings: [] }, pick(lines), { vocabularies: {}, rules }, at).order;
  const modification = toOmsModification(picked);
  await vi.waitFor(async () => expect(await writeBack.modify(orderId, modification)).toEqual({ asked: false }));
  const books = await writeBack.readWriteBack(orderId);
  const goods = books?.lines.map(({ sku, quantity, weightGrams }) => [sku, quantity, weightGrams]);
  const { lines: settled, totals } = settle(lines, picked.pickedItems);
  expect(books?.valueMinor).toBe(totals.itemsMinor + shippingMinor);
  expect(effectsOf(orderId)).toEqual({ 'oms.modified': 1 });
  return { goods, settled, itemsMinor: totals.itemsMinor };
}

describe('one SKU on two lines, of which one is short, goods by weight, and an item that nobody asked for', () => {
  /** Three of 990, two bananas, one of the same SKU for 500; picked are two, the bananas, that one, and gum. */
  const wanted = {
    goods: [
      ['18', 2, null],
      ['75', 2, 400],
      ['18', 1, null],
      ['900', 1, null],
    ],
    itemsMinor: 2 * 990 + 2 * 340 + 500 + 250,
  };
  const units = [
    { pickedQuantity: 2, shortQuantity: 1, priceMinor: 1_980 },
    { pickedQuantity: 2, shortQuantity: 0, weightGrams: 400, priceMinor: 680 },
    { pickedQuantity: 1, shortQuantity: 0, priceMinor: 500 },
  ];

  test('picked by VTEX Pick and Pack are at the OMS what was picked, line by line', async () => {
    const { settled, ...told } = await tell((lines) => {
      const [many, , one] = lines;
      const item = (id: string | undefined, quantity: number, pickingPrice: number) =>
        itemBody({ id, sku: '18', quantity, price: pickingPrice, pickingPrice });
      const order = WireOrderSchema.parse({
        orderId: 'o-1',
        unhandledItems: [],
        pickedItems: [
          item(one?.id, 1, 500),
          bananaBody({ quantity: 2, unitMultiplier: 0.2, pickingPrice: 340 }),
          itemBody({ id: '900', sku: '900', itemName: 'Gum', price: 250, pickingPrice: 250 }),
          item(many?.id, 2, 990),
        ],
        rejectedItems: [item(many?.id, 1, 990)],
        replacedItems: [],
      });
      const picks = toPicks(order, lines);
      if (picks.state !== 'settled') throw new Error(JSON.stringify(picks));
      return picks.items;
    });
    expect(told).toEqual(wanted);
    expect(settled).toMatchObject(units);
  });

  test('picked by Nash are at the OMS what was picked, line by line', async () => {
    const { settled, ...told } = await tell((lines) => {
      const row = (index: number, quantity: number, price_cents: number, weight: number | null = null) => {
        const { id, sku } = lines[index] ?? {};
        return { id, sku, requested_id: id, requested_sku: sku, quantity, price_cents, weight };
      };
      const gum = { id: 'gum', sku: '900', requested_id: 'gum', requested_sku: '900', quantity: 1, price_cents: 250 };
      const { items, unreadable } = toPickedItems([row(2, 1, 500), row(1, 2, 680, 0.4), gum, row(0, 2, 1_980)]);
      if (items === null) throw new Error(unreadable);
      return items;
    });
    expect(told).toEqual(wanted);
    expect(settled).toMatchObject(units);
  });

  test('several picks of one line are one line at the OMS: the same in two bags, and another instead of the third', async () => {
    const { goods, settled } = await tell((lines) => {
      const [many, bananas, one] = lines.map(({ id, sku }) => ({ id, sku, requested_id: id, requested_sku: sku }));
      const { items, unreadable } = toPickedItems([
        { ...many, quantity: 1, price_cents: 990 },
        { ...many, quantity: 1, price_cents: 990 },
        { ...many, id: null, sku: '21', quantity: 1, price_cents: 480 },
        { ...bananas, quantity: 2, price_cents: 646, weight: 0.38 },
        { ...one, quantity: 1, price_cents: 500 },
      ]);
      if (items === null) throw new Error(unreadable);
      return items;
    });
    expect(settled[0]).toMatchObject({ keptQuantity: 2, substitutedQuantity: 1, shortQuantity: 0, priceMinor: 2_460 });
    expect(goods).toEqual(
      expect.arrayContaining([
        ['18', 2, null],
        ['21', 1, null],
        ['18', 1, null],
      ]),
    );
  });
});
