import { expect, test } from 'vitest';
import { meaningOf, toCode, vocabulary } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/statuses.ts';
import { orderStatuses } from '../../../src/domain/order-status.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';

/** "Order status in Pick and Pack", and the word that only the webhook's example has. */
const guide = [
  'READY_FOR_HANDLING', 'IDLE', 'READY_FOR_PICKING', 'PICKING', 'READY_FOR_PACKING', 'PACKING', 'READY_FOR_INVOICING',
  'INVOICING', 'INVOICED', 'PREPARING_SHIPPING', 'READY_FOR_SHIPPING', 'WAITING_FOR_DELIVERY_COMPANY', 'ON_ROUTE',
  'DELIVERED', 'RETURNED', 'WAITING_FOR_PICKUP', 'CANCELED', 'PENDING',
]; // prettier-ignore
/** OpenAPI: `status` of orders, items, packages and worksheets. */
const api = [
  'IN_PROGRESS', 'PENDING', 'COLLECTED', 'COMPLETED', 'READY_FOR_PACKING', 'PACKING', 'PACKED', 'SORTING', 'CANCELLED',
  'REJECTED',
]; // prettier-ignore
/** The same document in October 2025. */
const draft = [
  'READY_FOR_HANDLING', 'READY_FOR_PICKING', 'PICKING', 'PARTIAL_COLLECTED', 'COLLECTED', 'READY_FOR_PACKING', 'PACKING',
  'PARTIAL_PACKED', 'PREPARING_SHIPPING', 'READY_FOR_SHIPPING', 'PARTIAL_SHIPPED', 'SHIPPING', 'DELIVERED', 'REJECTED',
  'CANCELED', 'PAUSED', 'ASSIGNED', 'REPLACED', 'REFUNDED', 'RETURNED', 'PENDING_TRANSFERRED', 'TRANSFERRED', 'SHIPPED',
]; // prettier-ignore
/** OpenAPI: `status` of shipments and services, and the other documents' spelling of one. */
const shipments = [
  'CREATED', 'PENDING', 'ASSIGNED', 'PICKED', 'ON_ROUTE', 'INCIDENT', 'RETURNED', 'DELIVERED', 'CANCELLED', 'CANCELED',
  'ON_HOLD', 'TRANSFER',
]; // prettier-ignore

const lower = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase());
/** It may be an order turned down for good, or a picker who passed a worksheet on. */
const undecided = ['rejected'];

const statusOf = (code: string, subject = 'order') =>
  resolveStatus(
    [{ system: 'vtex-pick-and-pack', subject, code, occurredAt: null, receivedAt: '2026-01-15T02:00:00.000Z' }],
    { 'vtex-pick-and-pack': vocabulary },
  );

test('every documented word has a row, and every row is a documented word', () => {
  const words = new Set([...guide, ...api, ...draft].map((word) => word.toLowerCase()));
  const rows = Object.keys(vocabulary).filter((code) => !code.includes('.'));
  expect(rows.sort()).toEqual([...words].filter((word) => !undecided.includes(word)).sort());
  const ofShipments = Object.keys(vocabulary).filter((code) => code.startsWith('shipment.'));
  expect(ofShipments.sort()).toEqual(lower(shipments).map((word) => `shipment.${word}`).sort()); // prettier-ignore
});

test('a word that may mean two things is shown to a person', () => {
  for (const code of undecided) expect(statusOf(code).unknown).toEqual([`vtex-pick-and-pack:${code}`]);
});

test('each of the guide’s 17 statuses is ours of the same name', () => {
  for (const word of guide.filter((each) => each !== 'PENDING')) {
    expect(orderStatuses, word).toContain(word);
    expect(statusOf(word.toLowerCase()).status).toBe(word);
  }
});

test.each([
  ['pending', 'READY_FOR_HANDLING'],
  ['in_progress', 'PICKING'],
  ['sorting', 'PICKING'],
  ['collected', 'READY_FOR_PACKING'],
  ['packed', 'PACKING'],
  ['completed', 'READY_FOR_INVOICING'],
  ['cancelled', 'CANCELED'],
  ['partial_collected', 'PICKING'],
  ['partial_packed', 'PACKING'],
  ['partial_shipped', 'ON_ROUTE'],
  ['shipping', 'ON_ROUTE'],
  ['shipped', 'ON_ROUTE'],
  ['assigned', 'READY_FOR_PICKING'],
  ['paused', 'RECEIVED'],
])('%s puts an order at %s', (code, status) => expect(statusOf(code).status).toBe(status));

test.each([
  ['created', 'PREPARING_SHIPPING'],
  ['pending', 'READY_FOR_SHIPPING'],
  ['assigned', 'READY_FOR_SHIPPING'],
  ['picked', 'ON_ROUTE'],
  ['on_route', 'ON_ROUTE'],
  ['delivered', 'DELIVERED'],
  ['returned', 'RETURNED'],
  ['incident', 'RECEIVED'],
  ['on_hold', 'RECEIVED'],
])('a shipment that is %s puts its order at %s', (code, status) => {
  expect(statusOf(`shipment.${code}`, 'shipment:s-1').status).toBe(status);
});

test('a canceled shipment cancels no order: another may follow', () => {
  for (const code of ['shipment.canceled', 'shipment.cancelled']) {
    expect(statusOf(code, 'shipment:s-1')).toMatchObject({
      status: 'RECEIVED',
      contradictions: ['order.no_live_attempt'],
    });
  }
});

test.each([' Picking ', 'PICKING'])('words are compared without case: %j', (word) =>
  expect(toCode(word)).toBe('picking'),
);

test.each(['', null, undefined, 'order.has_invoice', 'x'.repeat(65), '<script>', '7'])(
  'what cannot be a status is none: %j',
  (word) => expect(toCode(word)).toBeNull(),
);

test('what every object inherits is no word', () => expect(meaningOf('constructor')).toBeUndefined());
