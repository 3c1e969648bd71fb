import { describe, expect, test } from 'vitest';
import { resolveParcel } from '../../src/domain/parcel-state.ts';
import { trackingStatuses, type TrackingStatus } from '../../src/domain/tracking-status.ts';
import { event } from './carrier-event-fixture.ts';

/** One event an hour, in this order. */
const wayOf = (...statuses: readonly (TrackingStatus | null)[]) =>
  statuses.map((status, hour) => event(status, `2026-07-12T${String(hour).padStart(2, '0')}:00:00Z`));
const statusOf = (...statuses: readonly TrackingStatus[]): TrackingStatus => resolveParcel(wayOf(...statuses)).status;

describe('the status of a parcel', () => {
  test('is unknown while nothing is known', () => {
    expect(resolveParcel([])).toEqual({ status: 'UNKNOWN', delayed: false, decidedBy: null, newest: null });
  });

  test.each<[TrackingStatus[], TrackingStatus]>([
    [['PRE_TRANSIT', 'PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'], 'DELIVERED'],
    [['OUT_FOR_DELIVERY', 'DELIVERY_ATTEMPTED', 'IN_TRANSIT'], 'IN_TRANSIT'],
    [['EXCEPTION', 'IN_TRANSIT'], 'IN_TRANSIT'],
    [['IN_TRANSIT', 'PRE_TRANSIT'], 'IN_TRANSIT'],
    [['DELIVERED', 'IN_TRANSIT'], 'DELIVERED'],
    [['DELIVERED', 'EXCEPTION'], 'DELIVERED'],
    [['DELIVERED', 'CANCELLED'], 'DELIVERED'],
    [['DELIVERED', 'RETURN_IN_PROGRESS'], 'RETURN_IN_PROGRESS'],
    [['RETURN_IN_PROGRESS', 'IN_TRANSIT', 'OUT_FOR_DELIVERY'], 'RETURN_IN_PROGRESS'],
    [['RETURN_IN_PROGRESS', 'OUT_FOR_DELIVERY', 'DELIVERED'], 'RETURNED'],
    [['DELIVERED', 'RETURN_IN_PROGRESS', 'DELIVERED'], 'RETURNED'],
    [['RETURNED', 'DELIVERED'], 'RETURNED'],
    [['CANCELLED', 'IN_TRANSIT'], 'CANCELLED'],
    [['CANCELLED', 'DELIVERED'], 'DELIVERED'],
    [['IN_TRANSIT', 'EXPIRED'], 'EXPIRED'],
    [['EXPIRED', 'IN_TRANSIT'], 'IN_TRANSIT'],
    [['DELIVERED', 'EXPIRED'], 'DELIVERED'],
  ])('after %j is %s', (way, status) => expect(statusOf(...way)).toBe(status));

  test.each(trackingStatuses)('%s is not undone by a word that nobody knows', (status) => {
    expect(statusOf(status, 'UNKNOWN')).toBe(status);
  });

  test('is reached by the first event of it, and the newest event is another matter', () => {
    const way = wayOf('IN_TRANSIT', 'OUT_FOR_DELIVERY', 'OUT_FOR_DELIVERY', 'UNKNOWN');
    expect(resolveParcel(way)).toMatchObject({ decidedBy: way[1], newest: way[3] });
  });

  test('does not come from a withdrawn event', () => {
    const [moved, delivered] = wayOf('IN_TRANSIT', 'DELIVERED');
    if (moved === undefined || delivered === undefined) throw new Error('two events');
    expect(resolveParcel([moved, { ...delivered, withdrawn: true }]).status).toBe('IN_TRANSIT');
  });

  test('is that of the newest consignment where a number was given out again', () => {
    const last = event('DELIVERED', '2025-11-02T10:00:00Z', { scope: '2025' });
    const now = event('IN_TRANSIT', '2026-07-12T10:00:00Z', { scope: '2026' });
    expect(resolveParcel([last, now]).status).toBe('IN_TRANSIT');
  });
});

describe('a delay', () => {
  test('is a flag beside the status, and does not move it', () => {
    const late = { ...event(null, '2026-07-12T10:00:00Z'), delayed: true as const };
    expect(resolveParcel([...wayOf('IN_TRANSIT'), late])).toMatchObject({ status: 'IN_TRANSIT', delayed: true });
  });

  test('lasts until the end', () => {
    const late = { ...event('IN_TRANSIT', '2026-07-11T10:00:00Z'), delayed: true as const };
    expect(resolveParcel([late, ...wayOf('OUT_FOR_DELIVERY')]).delayed).toBe(true);
    expect(resolveParcel([late, ...wayOf('OUT_FOR_DELIVERY', 'DELIVERED')]).delayed).toBe(false);
  });
});
