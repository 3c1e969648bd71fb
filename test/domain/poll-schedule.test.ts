import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExpired, nextPollAt } from '../../src/domain/poll-schedule.ts';
import { trackingStatuses } from '../../src/domain/tracking-status.ts';
import { hours, instant, parcelOf, startMs } from './parcel-fixture.ts';

/** The rest of a parcel, without what its name adds or takes (minutes). */
const jitter = (nextPollAt(parcelOf({ status: 'IN_TRANSIT' }), startMs) ?? 0) - startMs;
const minutes = (parcel: ReturnType<typeof parcelOf>, nowMs = startMs, stretch = 1): number | null => {
  const at = nextPollAt(parcel, nowMs, stretch);
  return at === null ? null : Math.round(((at - nowMs) / jitter) * 240);
};

describe('a parcel is asked about', () => {
  it.each([
    ['PRE_TRANSIT', 360],
    ['PICKED_UP', 240],
    ['IN_TRANSIT', 240],
    ['OUT_FOR_DELIVERY', 40],
    ['AVAILABLE_FOR_PICKUP', 360],
    ['EXCEPTION', 360],
    ['RETURN_IN_PROGRESS', 360],
  ] as const)('%s every %i minutes', (status, rest) => {
    expect(minutes(parcelOf({ status }))).toBe(rest);
  });

  it('every two hours when it is due within a day, or late', () => {
    const due = (expectedOn: string) => minutes(parcelOf({ status: 'IN_TRANSIT', expectedOn }));
    expect(['2026-07-16', '2026-07-15', '2026-07-10'].map(due)).toEqual([240, 120, 120]);
  });

  it('twice as late each time that it is not found', () => {
    const notFound = (count: number) => minutes(parcelOf({}, { notFound: count }));
    expect([0, 1, 2, 3, 4, 5, 9].map(notFound)).toEqual([60, 60, 120, 240, 480, 720, 720]);
  });

  it('half as long again for each time that nothing had changed, and twice a day at the least', () => {
    const quiet = (unchanged: number) => minutes(parcelOf({ status: 'IN_TRANSIT' }, { unchanged }));
    expect([0, 1, 2, 3, 20].map(quiet)).toEqual([240, 360, 540, 720, 720]);
  });

  it('four times as late when its carrier tells by itself, and as ever when that is silent for 12 hours', () => {
    const pushed = (agoHours: number, status: 'IN_TRANSIT' | 'OUT_FOR_DELIVERY') =>
      minutes(parcelOf({ status }, { pushedAt: instant(startMs - hours(agoHours)) }));
    expect(pushed(0, 'OUT_FOR_DELIVERY')).toBe(160);
    // Not later than the end of the silence that is put up with.
    expect(nextPollAt(parcelOf({ status: 'IN_TRANSIT' }, { pushedAt: instant(startMs) }), startMs)).toBe(
      startMs + hours(12),
    );
    expect(pushed(12, 'IN_TRANSIT')).toBe(240);
    expect(pushed(40, 'IN_TRANSIT')).toBe(240);
  });

  it('less often where a day’s calls are too few for all', () => {
    expect(minutes(parcelOf({ status: 'IN_TRANSIT' }), startMs, 3)).toBe(720);
  });

  it('once more a day after its end, and then no more', () => {
    const ended = { status: 'DELIVERED', newsAt: instant(startMs) } as const;
    const confirmMs = nextPollAt(parcelOf(ended, { polledAt: instant(startMs) }), startMs) ?? 0;
    expect(confirmMs).toBeGreaterThanOrEqual(startMs + hours(24));
    expect(confirmMs).toBeLessThanOrEqual(startMs + hours(24 * 1.3));
    expect(nextPollAt(parcelOf(ended, { polledAt: instant(confirmMs) }), confirmMs)).toBeNull();
    expect(nextPollAt(parcelOf({ status: 'EXPIRED' }), startMs)).toBeNull();
  });

  it('never at once, and never more than a day and a third later', () => {
    const times = fc.integer({ min: -200, max: 0 }).map((ago) => instant(startMs + hours(ago)));
    fc.assert(
      fc.property(
        fc.constantFrom(...trackingStatuses),
        fc.option(times),
        fc.nat(1_000),
        fc.nat(1_000),
        fc.stringMatching(/^[A-Z0-9]{1,20}$/),
        (status, pushedAt, unchanged, notFound, number) => {
          const at = nextPollAt(parcelOf({ status, number }, { pushedAt, unchanged, notFound }), startMs);
          if (at === null) return;
          expect(at).toBeGreaterThanOrEqual(startMs + 30 * 60_000);
          expect(at).toBeLessThanOrEqual(startMs + hours(48 * 1.15));
        },
      ),
    );
  });

  it('not in step with others that became known at the same moment', () => {
    const rests = Array.from({ length: 1_000 }, (_, at) => {
      const next = nextPollAt(parcelOf({ status: 'IN_TRANSIT', number: `1Z${at}` }), startMs) ?? 0;
      return (next - startMs) / hours(4);
    }).toSorted((a, b) => a - b);
    expect(rests.at(0)).toBeLessThan(0.86);
    expect(rests.at(-1)).toBeGreaterThan(1.14);
    expect(rests[500]).toBeCloseTo(1, 1);
  });
});

describe('a parcel is given up', () => {
  it('after 30 days in which nothing was heard of it, or after 90 days', () => {
    const day = (count: number) => startMs + hours(24 * count);
    expect(isExpired(parcelOf(), day(29.9))).toBe(false);
    expect(isExpired(parcelOf(), day(30))).toBe(true);
    expect(isExpired(parcelOf({ newsAt: instant(day(20)) }), day(49))).toBe(false);
    expect(isExpired(parcelOf({ newsAt: instant(day(80)) }), day(90))).toBe(true);
    expect(isExpired(parcelOf({ status: 'DELIVERED' }), day(200))).toBe(false);
  });
});
