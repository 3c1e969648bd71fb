import { expect, test } from 'vitest';
import { isOver, isPicked, meaningOf, vocabulary } from '../../../src/connectors/fulfilment/nash/statuses.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';

/** `EntityStatus` of Nash's OpenAPI 1.0.0, and the delivery event that is a status too. */
const documented = [
  'archived', 'arrived_at_facility', 'assigned', 'assigned_driver', 'awaiting_consignee_pickup',
  'awaiting_consignor_dropoff', 'canceled', 'canceled_by_auto_reassign', 'canceled_by_customer',
  'canceled_by_merchant', 'canceled_by_nash', 'canceled_by_provider', 'canceled_by_reassign', 'completed',
  'confirmed', 'contacting_provider', 'created', 'delayed', 'departed_from_facility', 'dispatch_failure',
  'dispatched', 'dispatched_to_provider', 'dropoff_arrived', 'dropoff_complete', 'dropoff_enroute', 'expired',
  'failed', 'in_progress', 'in_transit', 'items_pick_complete', 'label_created', 'manifested', 'needs_attention',
  'not_assigned_driver', 'partial_delivered', 'pick_complete', 'picking_complete', 'pickup_arrived',
  'pickup_complete', 'pickup_enroute', 'pickup_in_progress', 'planned_selection', 'return_arrived',
  'return_in_progress', 'returned', 'returned_to_store', 'running', 'scheduled', 'sent_to_provider', 'started',
  'valid', 'items_pick_update',
]; // prettier-ignore

const statusAfter = (...codes: string[]) =>
  resolveStatus(
    codes.map((code, index) => ({
      system: 'nash',
      subject: 'delivery:dlv_1',
      code,
      occurredAt: `2026-01-15T01:00:0${index}.000Z`,
      receivedAt: '2026-01-15T02:00:00.000Z',
    })),
    { nash: vocabulary },
  ).status;

test('every documented status has a row, and no row is anything else', () => {
  expect(Object.keys(vocabulary).sort()).toEqual([...documented].sort());
});

test.each([
  ['valid', 'READY_FOR_HANDLING'],
  ['not_assigned_driver', 'READY_FOR_HANDLING'],
  ['assigned_driver', 'READY_FOR_PICKING'],
  ['pickup_arrived', 'PICKING'],
  ['items_pick_update', 'PICKING'],
  ['items_pick_complete', 'READY_FOR_PACKING'],
  ['picking_complete', 'READY_FOR_PACKING'],
  ['pickup_complete', 'ON_ROUTE'],
  ['dropoff_complete', 'DELIVERED'],
  ['returned_to_store', 'RETURNED'],
  ['canceled_by_customer', 'CANCELED'],
  ['archived', 'CANCELED'],
])('%s puts an order at %s', (code, status) => expect(statusAfter(code)).toBe(status));

test('a cancellation that does not say by whom, or that is a change of courier, cancels no order', () => {
  for (const code of ['canceled', 'canceled_by_provider', 'canceled_by_reassign', 'canceled_by_auto_reassign']) {
    expect(statusAfter('pickup_arrived', code), code).toBe('PICKING');
    expect(isOver(code)).toBe(true);
  }
});

test('words are compared without case, and what every object inherits is no word', () => {
  expect(meaningOf(' Items_Pick_Complete ')).toEqual({ picked: true });
  expect(meaningOf('constructor')).toBeUndefined();
  expect(isPicked('DROPOFF_ENROUTE')).toBe(true);
  expect(isPicked('pickup_arrived')).toBe(false);
});
