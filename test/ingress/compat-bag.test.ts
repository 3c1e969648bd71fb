import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toPicks } from '../../src/connectors/fulfilment/vtex-pick-and-pack/picked-items.ts';
import { WireOrderSchema } from '../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { ownEvidence } from '../../src/domain/order-change.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Line } from '../../src/domain/order-input.ts';
import type { PickedItem } from '../../src/domain/picking.ts';
import { settle } from '../../src/domain/settlement.ts';
import { bagOf } from '../../src/domain/bag.ts';
import { PnpOrderSchema, toPnpOrder } from '../../src/ingress/compat/vtex-pick-and-pack/order-shape.ts';
import { worksheetIdOf, worksheetUuid, orderIdOfWorksheet, orderPrefixOfShipment, shipmentUuid } from '../../src/ingress/compat/vtex-pick-and-pack/partner-ids.ts'; // prettier-ignore
import { toWorksheet } from '../../src/ingress/compat/vtex-pick-and-pack/worksheet-shape.ts';
import { WorksheetSchema } from '../../src/ingress/compat/vtex-pick-and-pack/worksheet-schema.ts';
import { makeId } from '../../src/domain/ids.ts';
import { madeOrder } from '../domain/order-fixture.ts';

const at = '2026-01-15T02:00:00.000Z';
const units = fc.integer({ min: 1, max: 30 });
const cents = fc.integer({ min: 0, max: 1_000_000 });
/** No unit weighs less than a gram. */
const grams = fc.integer({ min: 30, max: 60_000 });

interface Handled {
  line: Line;
  picks: PickedItem[];
}

/** A line of its own SKU, and what a picker made of it: all, some, none, by weight, or another product. */
const handledLine = (index: number): fc.Arbitrary<Handled> =>
  fc
    .record({
      quantity: units,
      unitPriceMinor: cents,
      weighed: fc.boolean(),
      asked: grams,
      own: fc.option(fc.record({ quantity: units, price: cents, grams })),
      instead: fc.option(fc.record({ quantity: units, price: cents, grams })),
    })
    .map(({ quantity, unitPriceMinor, weighed, asked, own, instead }) => {
      const line: Line = {
        id: `line-${index}`,
        sku: `sku-${index}`,
        name: `Thing ${index}`,
        quantity,
        unitPriceMinor,
        ...(weighed ? { weighted: true, requestedWeightGrams: asked } : {}),
      };
      const ownUnits = own === null ? 0 : Math.min(own.quantity, quantity);
      const pick = (of: Partial<PickedItem>, price: number, weight: number): PickedItem => ({
        id: line.id,
        sku: line.sku,
        name: line.name,
        status: '',
        quantity: ownUnits,
        requested_quantity: quantity,
        requested_id: line.id,
        requested_sku: line.sku,
        scanned_barcode: null,
        scans: null,
        lineId: line.id,
        price_cents: price,
        weight: weighed ? weight / 1_000 : null,
        weightGrams: weighed ? weight : null,
        ...of,
      });
      const picks = [
        ...(own === null ? [] : [pick({}, own.price, own.grams)]),
        // A substitute stands in for units that were not picked.
        ...(instead === null || ownUnits === quantity
          ? []
          : [pick({ id: null, sku: `sub-${index}`, name: `Instead ${index}`, quantity: Math.min(instead.quantity, quantity - ownUnits) }, instead.price, instead.grams)]), // prettier-ignore
      ];
      return { line, picks };
    });

const pickedOrder = fc
  .integer({ min: 1, max: 8 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => handledLine(index))))
  .map((handled): Order => {
    const order = madeOrder().order;
    const lines = handled.map(({ line }) => line);
    return {
      ...order,
      status: 'READY_FOR_INVOICING',
      content: { ...order.content, lines },
      pickedItems: handled.flatMap(({ picks }) => picks),
      evidence: [ownEvidence('picks_settled', at)],
    };
  });

describe('an order as the façade shows it', () => {
  test('read by a client of Pick and Pack comes to the same quantities, cents and grams', () => {
    fc.assert(
      fc.property(pickedOrder, (order) => {
        const { lines } = order.content;
        const shown = PnpOrderSchema.parse(toPnpOrder(order));
        WorksheetSchema.parse(toWorksheet(order));
        const picks = toPicks(WireOrderSchema.parse(JSON.parse(JSON.stringify(shown))), lines);
        if (picks.state !== 'settled') throw new Error(`the client finds the picks ${picks.state}`);
        const settled = (items: readonly PickedItem[]) =>
          settle(lines, items).lines.map((line) => ({ ...line, weightGrams: line.weightGrams ?? 0 }));
        expect(settled(picks.items)).toEqual(settled(order.pickedItems));
      }),
      { numRuns: 300 },
    );
  });

  test('of which nothing was found is not one that nobody has picked', () => {
    const order = { ...madeOrder().order, pickedItems: [], evidence: [ownEvidence('picks_settled', at)] };
    expect(bagOf(order)?.rejected.map(({ units: short }) => short)).toEqual(order.content.lines.map(({ quantity }) => quantity)); // prettier-ignore
    expect(bagOf({ ...order, evidence: [] })).toBeNull();
  });
});

describe('an invoice', () => {
  const invoiced = (invoices: Order['invoices']) =>
    toPnpOrder({ ...madeOrder().order, invoiceStatus: 'invoiced', invoices }).invoices;
  const told = { id: 'inv_1', type: 'output', issuedAt: at, requestedAt: at, state: 'sent' } as const;

  test('that was told here is shown with its key, or its number, and its value', () => {
    const invoices = [
      { ...told, invoiceNumber: 'A1', invoiceKey: 'KEY1', valueMinor: 700 },
      { ...told, invoiceNumber: 'A2', valueMinor: 300, state: 'recorded' as const },
    ];
    expect(invoiced(invoices)).toEqual([
      { invoiceKey: 'KEY1', invoiceTotal: 700 },
      { invoiceKey: 'A2', invoiceTotal: 300 },
    ]);
  });

  test('that the OMS does not have yet, or that gives money back, is none; one made elsewhere has no key', () => {
    const elsewhere = [{ invoiceKey: '-', invoiceTotal: madeOrder().order.content.totals.grandTotalMinor }];
    expect(invoiced(undefined)).toEqual(elsewhere);
    expect(
      invoiced([
        { ...told, invoiceNumber: 'A1', valueMinor: 700, state: 'wanted' },
        { ...told, invoiceNumber: 'C1', valueMinor: 100, type: 'input' },
      ]),
    ).toEqual(elsewhere);
  });
});

describe('ids', () => {
  test('of worksheets and shipments lead back to their order, at any time and for any randomness', () => {
    const ids = fc.tuple(fc.integer({ min: 0, max: 2 ** 45 }), fc.uint8Array({ minLength: 10, maxLength: 10 }));
    fc.assert(
      fc.property(ids, fc.string(), ([ms, random], subject) => {
        const id = makeId('order', ms, random);
        const worksheetId = worksheetIdOf(id);
        if (worksheetId !== '0') expect(orderIdOfWorksheet(worksheetId)).toBe(id);
        const shape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
        expect(worksheetUuid(id)).toMatch(shape);
        const shipmentId = shipmentUuid(id, subject);
        expect(shipmentId).toMatch(shape);
        expect(id.startsWith(orderPrefixOfShipment(shipmentId) ?? 'nothing')).toBe(true);
      }),
    );
  });

  test.each(['', '0', '01', '-1', '1.5', '1e9', String(2n ** 128n), '9'.repeat(40), 'x'])(
    '%j is nobody’s worksheet',
    (worksheetId) => expect(orderIdOfWorksheet(worksheetId)).toBeNull(),
  );
});
