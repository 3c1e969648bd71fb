import { describe, expect, test } from 'vitest';
import { eventExampleOf } from '../../src/domain/event-catalogue.ts';
import { eventTypes, type EventType } from '../../src/domain/events.ts';
import { bodyIn, isSentAs } from '../../src/domain/payload-form.ts';

const merchantId = `mer_${'1'.repeat(26)}`;
const baseUrl = 'https://packline.example';
const event = (type: EventType, more: object = {}) => {
  const { data, ...rest } = eventExampleOf(type);
  return { type, merchantId, body: JSON.stringify({ ...rest, data: Object.assign({}, data, more) }) };
};
const read = (text: string): unknown => JSON.parse(text);

describe('an event is sent', () => {
  test('in full as the very bytes that were stored', () => {
    const stored = event('order.items_picked');
    expect(bodyIn('full', stored, baseUrl)).toBe(stored.body);
  });

  test('thin with ids and its version, so that whoever is told reads the rest', () => {
    expect(read(bodyIn('thin', event('order.status_changed'), baseUrl))).toEqual({
      type: 'order.status_changed',
      timestamp: '2026-01-15T02:00:00.000Z',
      data: { orderId: 'ord_01jd3xk5q8h2v4m6n7p9r0stwz', externalId: '1253881550433-01', version: 4 },
    });
    expect(read(bodyIn('thin', event('inventory.run_completed'), baseUrl))).toMatchObject({
      data: { runId: expect.any(String), connectionId: expect.any(String) },
    });
  });

  test.each(eventTypes)('thin with at least one id: %s', (type) => {
    const { data } = read(bodyIn('thin', event(type), baseUrl)) as { data: object };
    expect(Object.keys(data).filter((name) => name.endsWith('Id'))).not.toEqual([]);
  });

  test('thin of a parcel that goes with no order with what its carrier calls it', () => {
    const nobody = { orderId: null, externalId: null, version: null };
    expect(read(bodyIn('thin', event('tracking.updated', nobody), baseUrl))).toMatchObject({
      data: { ...nobody, carrier: 'dhl', trackingNumber: '00340434161094015902' },
    });
  });

  test('as VTEX Pick and Pack sends it: four fields, the OMS’s own id, the account as in the tokens', () => {
    expect(read(bodyIn('vtex-pick-and-pack', event('order.status_changed'), baseUrl))).toEqual({
      orderId: '1253881550433-01',
      oldStatus: 'READY_FOR_PICKING',
      newStatus: 'PICKING',
      hostname: merchantId,
    });
    const first = event('order.status_changed', { oldStatus: 'RECEIVED', newStatus: 'READY_FOR_PICKING' });
    expect(read(bodyIn('vtex-pick-and-pack', first, baseUrl))).toMatchObject({ oldStatus: 'PENDING' });
  });

  test('as VTEX Pick and Pack only when a status changes, or as a test', () => {
    expect(eventTypes.filter((type) => isSentAs('vtex-pick-and-pack', type))).toEqual([
      'order.status_changed',
      'endpoint.test',
    ]);
    expect(eventTypes.every((type) => isSentAs('full', type) && isSentAs('thin', type))).toBe(true);
    expect(read(bodyIn('vtex-pick-and-pack', event('endpoint.test'), baseUrl))).toMatchObject({
      orderId: 'packline-test',
    });
  });
});
