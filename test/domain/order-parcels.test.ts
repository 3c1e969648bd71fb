import { describe, expect, it } from 'vitest';
import { vocabularies } from '../../src/connectors/registry.ts';
import { learnParcel, toTrackingEvents } from '../../src/domain/order-parcels.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Parcel } from '../../src/domain/parcel.ts';
import type { TrackingStatus } from '../../src/domain/tracking-status.ts';
import { event } from './carrier-event-fixture.ts';
import { madeOrder } from './order-fixture.ts';
import { instant, parcelOf, startMs } from './parcel-fixture.ts';

const now = instant(startMs);
const orderWith = (trackingNumber: string): Order => ({
  ...madeOrder().order,
  tracking: { carrier: 'UPS', trackingNumber, version: 1, toldVersion: 0 },
});
const parcel = (number: string, status: TrackingStatus, changes: Partial<Parcel> = {}): Parcel =>
  parcelOf({ number, status, statusAt: now, version: 1, ...changes });
/** The order after it heard of these, one after the other. */
const after = (order: Order, ...parcels: readonly Parcel[]): Order =>
  parcels.reduce((known, one) => learnParcel(known, one, vocabularies, now)?.order ?? known, order);

describe('an order', () => {
  it('is on its way with its first scan, and delivered with its parcel', () => {
    const order = orderWith('A1');
    expect(after(order, parcel('A1', 'PRE_TRANSIT')).status).toBe('RECEIVED');
    const moving = after(order, parcel('A1', 'IN_TRANSIT'));
    expect(moving.status).toBe('ON_ROUTE');
    expect(after(moving, parcel('A1', 'DELIVERED', { version: 2 })).status).toBe('DELIVERED');
    expect(after(moving, parcel('A1', 'RETURNED', { version: 2 })).status).toBe('RETURNED');
  });

  it('of several parcels is delivered with the last of them', () => {
    const one = after(orderWith('A2'), parcel('A1', 'IN_TRANSIT'), parcel('A2', 'IN_TRANSIT'));
    const first = after(one, parcel('A1', 'DELIVERED', { version: 2 }));
    expect(first.status).toBe('ON_ROUTE');
    expect(after(first, parcel('A2', 'DELIVERED', { version: 2 })).status).toBe('DELIVERED');
  });

  it('does not wait for a number that was replaced before it ever moved', () => {
    const slip = after(orderWith('A2'), parcel('A1', 'UNKNOWN'), parcel('A2', 'DELIVERED'));
    expect(slip.status).toBe('DELIVERED');
  });

  it('hears of each state once, and tells what it was before', () => {
    const order = orderWith('A1');
    const heard = learnParcel(order, parcel('A1', 'IN_TRANSIT'), vocabularies, now);
    expect(heard?.happenings.map(({ type }) => type)).toEqual([
      'shipment.created',
      'tracking.updated',
      'shipment.status_changed',
      'order.status_changed',
    ]);
    expect(heard?.happenings[2]?.data).toMatchObject({ oldStatus: 'UNKNOWN', newStatus: 'IN_TRANSIT', carrier: 'ups' });
    expect(learnParcel(heard?.order ?? order, parcel('A1', 'IN_TRANSIT'), vocabularies, now)).toBeNull();
  });

  it('hears once that a parcel is there, also where it is one of several', () => {
    const created = (order: Order, one: Parcel) =>
      learnParcel(order, one, vocabularies, now)?.happenings.filter(({ type }) => type === 'shipment.created');
    const order = orderWith('A1');
    expect(created(order, parcel('A1', 'PRE_TRANSIT'))).toMatchObject([
      { data: { orderId: order.id, carrier: 'ups', trackingNumber: 'A1', status: 'PRE_TRANSIT' } },
    ]);
    const heard = after(order, parcel('A1', 'PRE_TRANSIT'));
    expect(created(heard, parcel('A1', 'IN_TRANSIT', { version: 2 }))).toEqual([]);
    expect(created(heard, parcel('A2', 'UNKNOWN'))).toHaveLength(1);
  });

  it('has a problem while nobody knows its number, and none once it is known', () => {
    const missing = after(orderWith('A1'), parcel('A1', 'UNKNOWN', { missing: true }));
    expect(missing.problems).toMatchObject([{ code: 'tracking.not_found', source: 'you' }]);
    expect(after(missing, parcel('A1', 'IN_TRANSIT', { version: 2 })).problems).toEqual([]);
  });
});

it('an order has a problem while a courier who cannot be asked is silent, and none once it tells', () => {
  const silent = after(orderWith('A1'), parcel('A1', 'IN_TRANSIT', { silent: true }));
  expect(silent.problems).toMatchObject([{ code: 'tracking.silent', source: 'you' }]);
  expect(after(silent, parcel('A1', 'IN_TRANSIT', { version: 2 })).problems).toEqual([]);
});

describe('an event without a zone', () => {
  const heardAt = '2026-07-13T16:00:00.000Z';
  const undated = event('IN_TRANSIT', '2026-07-13T10:00:00', { receivedAt: heardAt, description: 'Sorted' });

  it('is told at the moment it was heard of, with the clock on the wall in words, and never as UTC', () => {
    const told = [undated, event('DELIVERED', '2026-07-13T12:00:00-03:00')];
    const description = 'Sorted (2026-07-13 10:00:00 local time; dated by when it was heard of)';
    expect(toTrackingEvents(told)).toEqual([
      { city: '', state: '', description, date: heardAt },
      { city: '', state: '', description: 'DELIVERED', date: '2026-07-13T15:00:00.000Z' },
    ]);
  });

  it('keeps its first date however often its carrier tells it', () => {
    const known = toTrackingEvents([undated]);
    const again = { ...undated, receivedAt: '2026-07-14T16:00:00.000Z' };
    expect(toTrackingEvents([again], known)).toEqual(known);
  });

  it('that has no time at all says that', () => {
    const [told] = toTrackingEvents([{ ...undated, local: null }]);
    expect(told).toMatchObject({ description: 'Sorted (no time told; dated by when it was heard of)', date: heardAt });
  });
});
