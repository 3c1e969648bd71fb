import fc from 'fast-check';
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { isReady, toLegacySnapshot, toSnapshot } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/mapper.ts';
import {
  LegacyReplySchema,
  ShipmentListSchema,
  WireOrderSchema,
} from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { legacyBody, orderBody, orderId, requestedLines, shipmentBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts'; // prettier-ignore

const at = '2026-01-15T03:00:00.000Z';
const listed = (shipments: z.infer<typeof ShipmentListSchema>) => shipments.map((one) => ({ listed: one, read: null }));

const snapshotOf = (changes: Record<string, unknown> = {}, shipments: unknown = [], lines = requestedLines) =>
  toSnapshot(
    { order: WireOrderSchema.parse(orderBody(changes)), shipments: listed(ShipmentListSchema.parse(shipments)) },
    lines,
    at,
  );

const fact = (code: string, subject = 'order', occurredAt: string | null = null) => ({
  system: 'vtex-pick-and-pack',
  subject,
  code,
  occurredAt,
  receivedAt: at,
});

test('an order is its status, undated, and that it has an invoice', () => {
  expect(snapshotOf()).toMatchObject({
    partnerOrderId: orderId,
    jobId: undefined,
    dispatched: true,
    evidence: [fact('in_progress'), fact('order.has_invoice')],
    needsAttention: null,
  });
  expect(snapshotOf().pickedItems).toHaveLength(4);
});

test('an order without invoices has only its status', () => {
  for (const invoices of [[], null, undefined, 'none', {}]) {
    expect(snapshotOf({ invoices }).evidence).toEqual([fact('in_progress')]);
  }
});

test('INVOICED says that there is an invoice, too', () => {
  expect(snapshotOf({ status: 'INVOICED', invoices: [] }).evidence).toEqual([
    fact('invoiced'),
    fact('order.has_invoice'),
  ]);
  expect(snapshotOf({ status: 'INVOICING', invoices: [] }).evidence).toEqual([fact('invoicing')]);
});

test('an order that is to be packed and is invoiced is packed after its invoice', () => {
  for (const status of ['READY_FOR_PACKING', 'PACKING']) {
    expect(snapshotOf({ status }).evidence).toContainEqual(fact('order.packs_after_invoicing'));
    expect(snapshotOf({ status, invoices: [] }).evidence).toEqual([fact(status.toLowerCase())]);
  }
  expect(snapshotOf({ status: 'PACKED' }).evidence).not.toContainEqual(fact('order.packs_after_invoicing'));
});

test('each shipment is a parcel of its own; only a delivery is dated, and by its own time', () => {
  const { evidence } = snapshotOf({}, [
    shipmentBody(),
    shipmentBody({ id: 's-2', status: 'ON_ROUTE' }),
    shipmentBody({ id: 's-3', status: 'DELIVERED', deliveredDate: 'soon' }),
  ]);
  expect(evidence.slice(2)).toEqual([
    fact('shipment.delivered', 'shipment:d39e8dd7-0ab9-48c8-b16b-3e46933e113a', '2025-01-31T19:42:04.953Z'),
    fact('shipment.on_route', 'shipment:s-2'),
    fact('shipment.delivered', 'shipment:s-3'),
  ]);
});

test('goods on their way back, or to another store, say nothing of the customer’s parcel', () => {
  for (const serviceType of ['RETURN', 'TRANSFER']) {
    expect(snapshotOf({}, [shipmentBody({ serviceType })]).evidence).toHaveLength(2);
  }
});

test.each([
  ['IN_PROGRESS', [], false],
  ['READY_FOR_PACKING', [], false],
  ['IDLE', [], false],
  ['CANCELLED', [], false],
  ['SOMETHING_NEW', [], false],
  [null, [], false],
  ['COMPLETED', [], true],
  ['READY_FOR_INVOICING', [], true],
  ['DELIVERED', [], true],
  ['IN_PROGRESS', [{ invoiceKey: 'k' }], true],
])('an order %s with invoices %j may have shipments: %s', (status, invoices, ready) => {
  expect(isReady(WireOrderSchema.parse(orderBody({ status, invoices })))).toBe(ready);
});

test('without knowing what was asked for there are no picks', () => {
  expect(toSnapshot({ order: WireOrderSchema.parse(orderBody()), shipments: [] }, undefined, at)).toMatchObject({
    pickedItems: null,
    needsAttention: null,
  });
});

test('picks that cannot be read want somebody to look; they quote no values', () => {
  const snapshot = snapshotOf({ rejectedItems: [{ sku: { canary: true } }] });
  expect(snapshot).toMatchObject({
    pickedItems: null,
    needsAttention: {
      code: 'vtex-pick-and-pack.picks_unreadable',
      detail: "VTEX's lists of items lack rejectedItems.0.sku",
    },
  });
});

test('picks that do not add up want somebody to look once they are waited for, and not before', () => {
  const lines = [...requestedLines, { id: 'line-more', sku: '777', quantity: 1 }];
  expect(snapshotOf({ invoices: [] }, [], lines).needsAttention).toBeNull();
  for (const changes of [{ status: 'COMPLETED', invoices: [] }, {}]) {
    expect(snapshotOf(changes, [], lines)).toMatchObject({
      pickedItems: null,
      needsAttention: { code: 'vtex-pick-and-pack.picks_incomplete', detail: expect.stringContaining('777') },
    });
  }
});

test('the legacy reader tells where the order and its services are', () => {
  const { data } = LegacyReplySchema.parse(legacyBody({ fulfillmentStatus: 'INVOICED' }));
  expect(toLegacySnapshot(data, undefined, at)).toEqual({
    partnerOrderId: orderId,
    jobId: undefined,
    dispatched: true,
    evidence: [fact('invoiced'), fact('order.has_invoice'), fact('shipment.on_route', 'shipment:s-1')],
    pickedItems: null,
    needsAttention: null,
  });
});

test.each([
  ['an order', orderBody(), (body: unknown) => WireOrderSchema.safeParse(body), [['orderId']]],
  ['a shipment', shipmentBody(), (body: unknown) => ShipmentListSchema.safeParse([body]), [['id']]],
  [
    'a legacy order',
    legacyBody(),
    (body: unknown) => LegacyReplySchema.safeParse(body),
    [['data'], ['data', 'orderId']],
  ],
])(
  'of %s only its id is needed: any other member may be missing, null or of another type',
  (_what, body, read, needed) => {
    for (const path of pathsOf(body).slice(1)) {
      for (const odd of oddValues) {
        const isNeeded = needed.some((each) => path.join('.') === each.join('.'));
        const { success } = read(JSON.parse(JSON.stringify(withAt(body, path, odd))));
        if (!isNeeded) expect(success, `${path.join('.')} = ${JSON.stringify(odd)}`).toBe(true);
        else if (odd === undefined || odd === null) expect(success, path.join('.')).toBe(false);
      }
    }
  },
);

test('whatever one member becomes, evidence is lower case words with real times', () => {
  const body = { order: orderBody(), shipments: [shipmentBody(), shipmentBody({ id: 's-2' })], legacy: legacyBody() };
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(body)), fc.constantFrom(...oddValues), (path, odd) => {
      const text = JSON.stringify(withAt(body, path, odd)) ?? 'null';
      const changed = (JSON.parse(text) ?? {}) as Partial<Record<keyof typeof body, unknown>>;
      const order = WireOrderSchema.safeParse(changed.order);
      const shipments = ShipmentListSchema.safeParse(changed.shipments);
      const legacy = LegacyReplySchema.safeParse(changed.legacy);
      const evidence = [
        ...(order.success && shipments.success
          ? toSnapshot({ order: order.data, shipments: listed(shipments.data) }, requestedLines, at).evidence
          : []),
        ...(legacy.success ? toLegacySnapshot(legacy.data.data, requestedLines, at).evidence : []),
      ];
      for (const { subject, code, occurredAt } of evidence) {
        expect(subject).toMatch(/^(order|shipment:.+)$/);
        expect(code).toMatch(/^[a-z][a-z0-9_. -]*$/);
        expect(occurredAt === null || new Date(occurredAt).toISOString() === occurredAt).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
