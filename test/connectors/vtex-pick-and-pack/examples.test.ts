import { TokenReplySchema } from '../../../src/connectors/vendor/vtex/tokens.ts';
import { expect, test } from 'vitest';
import { toSnapshot } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/mapper.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/statuses.ts';
import {
  FacilitySchema,
  ShipmentReplySchema,
  WorksheetListSchema,
  WorksheetSchema,
} from '../../../src/connectors/fulfilment/vtex-pick-and-pack/document-wire.ts';
import {
  ShipmentListSchema,
  TrackingReplySchema,
  WireOrderSchema,
} from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import { settle } from '../../../src/domain/settlement.ts';
import { facilityBody, orderBody, requestedLines, shipmentBody, trackingBody, worksheetBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts'; // prettier-ignore
import { shipmentInFull, worksheetInFull } from '../../fixtures/vtex-pick-and-pack/in-full.ts';

test('the documented order with the documented shipment is delivered, and settled to the cent and the gram', () => {
  const order = WireOrderSchema.parse(orderBody());
  const snapshot = toSnapshot(
    { order, shipments: ShipmentListSchema.parse([shipmentBody()]).map((listed) => ({ listed, read: null })) },
    requestedLines,
    '2026-01-15T03:00:00.000Z',
  );
  expect(resolveStatus(snapshot.evidence, { 'vtex-pick-and-pack': vocabulary })).toMatchObject({
    status: 'DELIVERED',
    invoiceStatus: 'invoiced',
    unknown: [],
  });
  const lines = requestedLines.map((line) => ({ ...line, name: line.sku, unitPriceMinor: 0 }));
  const { lines: settled, totals, additions } = settle(lines, snapshot.pickedItems ?? []);
  expect(settled).toMatchObject([
    { sku: '75', pickedQuantity: 1, weightGrams: 190, priceMinor: 322 },
    { sku: '137', pickedQuantity: 1, weightGrams: null, priceMinor: 1_000_000 },
    { sku: '140', pickedQuantity: 1, weightGrams: null, priceMinor: 1_000_000 },
    { sku: '139', pickedQuantity: 0, shortQuantity: 1, priceMinor: 0 },
  ]);
  // What the document's own invoice comes to.
  expect([totals.itemsMinor, additions]).toEqual([2_000_322, []]);
});

test('a worksheet by its id and in the list of an order’s say the same', () => {
  const [listed] = WorksheetListSchema.parse([worksheetBody]);
  const wanted = {
    worksheetId: '546744628006',
    facilityId: '783262b09ddc4b8facee2fa50541fd1e',
    status: 'COMPLETED',
    ordersIds: [{ orderId: '1509780516107-01' }],
  };
  expect(listed).toMatchObject(wanted);
  expect(WorksheetSchema.parse(worksheetInFull)).toMatchObject(wanted);
});

test('a shipment by its id says what the list says of it, and where it can be followed', () => {
  const [listed] = ShipmentListSchema.parse([shipmentBody()]);
  const found = ShipmentReplySchema.parse(shipmentInFull);
  expect(found).toMatchObject({ id: listed?.id, status: listed?.status, deliveredDate: listed?.deliveredDate });
  expect(found.trackingUrl).toBe('https://tracking.example.com/index.html?jobID=41d9275cc4557ac5827e60c273646a33');
});

test('a facility, an answer to a delivery and a token are read', () => {
  expect(FacilitySchema.parse(facilityBody)).toMatchObject({ name: 'lastmile' });
  expect(TrackingReplySchema.parse({ ...trackingBody, orderId: '1507400515991-01' }).orderId).toBe('1507400515991-01');
  expect(TokenReplySchema.parse({ message: 'success', data: 'token' })).toBe('token');
});
