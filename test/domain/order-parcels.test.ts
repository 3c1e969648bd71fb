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
      'tracking.updated',
      'shipment.status_changed',
      'order.status_changed',
    ]);
    expect(heard?.happenings[1]?.data).toMatchObject({ oldStatus: 'UNKNOWN', newStatus: 'IN_TRANSIT', carrier: 'ups' });
    expect(learnParcel(heard?.order ?? order, parcel('A1', 'IN_TRANSIT'), vocabularies, now)).toBeNull();
  });

  it('has a problem while nobody knows its number, and none once it is known', () => {
    const missing = after(orderWith('A1'), parcel('A1', 'UNKNOWN', { missing: true }));
    expect(missing.problems).toMatchObject([{ code: 'tracking.not_found', source: 'you' }]);
    expect(after(missing, parcel('A1', 'IN_TRANSIT', { version: 2 })).problems).toEqual([]);
  });
});

it('what has no zone has no moment, and is not passed on as if it had one', () => {
  const told = [event('IN_TRANSIT', '2026-07-13T10:00:00'), event('DELIVERED', '2026-07-13T12:00:00-03:00')];
  expect(toTrackingEvents(told)).toEqual([{ city: '', state: '', description: 'DELIVERED', date: '2026-07-13T15:00:00.000Z' }]); // prettier-ignore
});
