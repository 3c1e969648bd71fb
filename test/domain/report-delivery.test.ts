import { expect, test } from 'vitest';
import { ownEvidence } from '../../src/domain/order-change.ts';
import { reportDelivery, withTrackingEvents } from '../../src/domain/report-delivery.ts';
import { madeOrder } from './order-fixture.ts';

const now = '2026-01-15T02:00:00.000Z';
const told = '2026-01-14T20:00:00.000Z';
const onItsWay = { ...madeOrder().order, status: 'ON_ROUTE', announced: true } as const;

test('a reported delivery delivers the order at the time that was told, and is announced', () => {
  const { order, happenings } = reportDelivery(onItsWay, told, {}, now);
  expect(order.status).toBe('DELIVERED');
  expect(order.evidence).toEqual([{ ...ownEvidence('delivered', told), receivedAt: now }]);
  expect(happenings.map(({ type }) => type)).toEqual(['order.status_changed']);
});

test('told again, with its time or without, it changes nothing', () => {
  const { order } = reportDelivery(onItsWay, told, {}, now);
  for (const at of [told, null]) expect(reportDelivery(order, at, {}, '2026-01-16T00:00:00.000Z').order).toBe(order);
});

test('a canceled order that was delivered all the same is DELIVERED, and somebody is told', () => {
  const canceled = { ...onItsWay, evidence: [ownEvidence('canceled', told)], status: 'CANCELED' } as const;
  const { order } = reportDelivery(canceled, null, {}, now);
  expect(order).toMatchObject({ status: 'DELIVERED', problems: [{ code: 'order.delivered_after_cancel' }] });
});

test('events of a parcel are kept once each, in the order in which they were told, and not without end', () => {
  const event = (description: string) => ({ city: 'São Paulo', state: 'SP', description, date: told });
  const known = withTrackingEvents([], [event('a'), event('a'), event('b')]);
  expect(known).toEqual([event('a'), event('b')]);
  expect(withTrackingEvents(known, [event('b')])).toBe(known);
  const many = Array.from({ length: 300 }, (_, index) => event(String(index)));
  expect(withTrackingEvents(known, many)).toHaveLength(200);
  expect(withTrackingEvents(known, many).at(-1)).toEqual(event('299'));
});
