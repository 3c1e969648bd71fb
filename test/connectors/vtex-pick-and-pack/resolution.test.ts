import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toSnapshot } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/mapper.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/statuses.ts';
import { webhook } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/webhook.ts';
import { ShipmentListSchema, WireOrderSchema } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { mergeEvidence, type Evidence } from '../../../src/domain/evidence.ts';
import { ownEvidence } from '../../../src/domain/order-change.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import { hookBody, orderBody, requestedLines, shipmentBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts';

const at = '2026-01-15T03:00:00.000Z';

const hook = (oldStatus: string, newStatus: string): readonly Evidence[] =>
  webhook.read(Buffer.from(JSON.stringify(hookBody({ oldStatus, newStatus }))), at).evidence;

const read = (status: string, isInvoiced = false, shipments: Record<string, unknown>[] = []): readonly Evidence[] =>
  toSnapshot(
    {
      order: WireOrderSchema.parse(orderBody({ status, ...(isInvoiced ? {} : { invoices: [] }) })),
      shipments: ShipmentListSchema.parse(shipments.map(shipmentBody)).map((listed) => ({ listed, read: null })),
    },
    requestedLines,
    at,
  ).evidence;

const settled = [ownEvidence('picks_settled', at)];
const resolve = (...heard: (readonly Evidence[])[]) =>
  resolveStatus(
    heard.reduce<readonly Evidence[]>((known, each) => mergeEvidence(known, each), []),
    { 'vtex-pick-and-pack': vocabulary },
  );

const picked = [
  hook('PENDING', 'READY_FOR_PICKING'),
  hook('READY_FOR_PICKING', 'PICKING'),
  hook('PICKING', 'READY_FOR_PACKING'),
];

test('picks that are settled do not make an order ready to be invoiced that Pick and Pack still packs: it would go IDLE', () => {
  expect(resolve(...picked, settled)).toMatchObject({ status: 'READY_FOR_PACKING', picked: true });
  expect(resolve(...picked, settled, hook('PACKING', 'READY_FOR_INVOICING')).status).toBe('READY_FOR_INVOICING');
});

test('a store that packs before the invoice goes up the ladder', () => {
  const steps = [...picked, hook('READY_FOR_PACKING', 'PACKING'), hook('PACKING', 'READY_FOR_INVOICING')];
  expect(resolve(...steps).status).toBe('READY_FOR_INVOICING');
  const invoiced = [...steps, hook('READY_FOR_INVOICING', 'INVOICING'), hook('INVOICING', 'INVOICED')];
  expect(resolve(...invoiced)).toMatchObject({ status: 'INVOICED', invoiceStatus: 'invoiced' });
});

test('a store that packs after the invoice comes back to packing, by hook or by read', () => {
  const invoiced = [hook('PICKING', 'READY_FOR_INVOICING'), hook('READY_FOR_INVOICING', 'INVOICED')];
  expect(resolve(...invoiced).status).toBe('INVOICED');
  expect(resolve(...invoiced, hook('INVOICED', 'READY_FOR_PACKING')).status).toBe('READY_FOR_PACKING');
  expect(resolve(...invoiced, read('READY_FOR_PACKING', true)).status).toBe('READY_FOR_PACKING');
  expect(resolve(...invoiced, hook('INVOICED', 'PACKING'), hook('PACKING', 'PREPARING_SHIPPING')).status).toBe(
    'PREPARING_SHIPPING',
  );
});

test('an older answer out of the cache moves nothing back', () => {
  expect(resolve(...picked, read('IN_PROGRESS')).status).toBe('READY_FOR_PACKING');
});

test('an order that was invoiced too early is IDLE, and says that it is invoiced', () => {
  expect(resolve(...picked, hook('READY_FOR_PACKING', 'IDLE'), read('IN_PROGRESS', true))).toMatchObject({
    status: 'IDLE',
    invoiceStatus: 'invoiced',
  });
});

test('of two parcels the last one decides, and a canceled one does not count', () => {
  const both = (first: string, second: string) =>
    resolve(
      read('COMPLETED', true, [
        { id: 's-1', status: first },
        { id: 's-2', status: second },
      ]),
    ).status;
  expect(both('DELIVERED', 'PENDING')).toBe('ON_ROUTE');
  expect(both('DELIVERED', 'CANCELLED')).toBe('DELIVERED');
  expect(both('DELIVERED', 'DELIVERED')).toBe('DELIVERED');
  expect(both('PENDING', 'ASSIGNED')).toBe('READY_FOR_SHIPPING');
});

test('whatever comes first, and however often, the same things heard make the same status', () => {
  const words = Object.keys(vocabulary)
    .filter((code) => !code.includes('.'))
    .concat('rejected', 'something_new');
  const word = fc.constantFrom(...words.map((each) => each.toUpperCase()));
  const shipment = fc.record({
    id: fc.constantFrom('s-1', 's-2'),
    status: fc.constantFrom('PENDING', 'ON_ROUTE', 'DELIVERED', 'RETURNED', 'CANCELLED', 'INCIDENT'),
  });
  const heard = fc.array(
    fc.oneof(
      fc.tuple(word, word).map(([from, to]) => hook(from, to)),
      fc
        .tuple(word, fc.boolean(), fc.array(shipment, { maxLength: 2 }))
        .map(([status, isInvoiced, shipments]) => read(status, isInvoiced, shipments)),
      fc.constant<readonly Evidence[]>(settled),
    ),
    { minLength: 1, maxLength: 6 },
  );
  const again = heard.chain((pieces) =>
    fc.record({
      pieces: fc.constant(pieces),
      shuffled: fc.shuffledSubarray([...pieces, ...pieces], { minLength: pieces.length * 2 }),
    }),
  );
  fc.assert(
    fc.property(again, ({ pieces, shuffled }) => {
      expect(resolve(...shuffled)).toEqual(resolve(...pieces));
    }),
    { numRuns: 1_000 },
  );
});
