import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identityOf, type CarrierEvent } from '../../src/domain/carrier-event.ts';
import { eventsKeptMax, inOrder, mergeTracking, newsAmong, withdrawnSince } from '../../src/domain/merge-tracking.ts';
import { resolveParcel } from '../../src/domain/parcel-state.ts';
import { anyEvent, event, heardAt } from './carrier-event-fixture.ts';

const anyHistory = fc.array(anyEvent, { maxLength: 30 });
/** Histories of more events than are kept: one each minute, of every status and of two consignments. */
const longHistory = fc
  .array(fc.tuple(anyEvent, fc.nat(2_000)), { minLength: 150, maxLength: 250, size: 'max' })
  .map((events) =>
    events.map(([one, minute]): CarrierEvent => {
      const local = new Date(Date.UTC(2026, 6, 1, 0, minute)).toISOString().slice(0, 19);
      return { ...one, local, at: `${local}.000Z`, zone: 'offset' };
    }),
  );

describe('histories are merged', () => {
  test('in any order: merge is commutative', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (a, b) => {
        expect(mergeTracking(a, b)).toEqual(mergeTracking(b, a));
      }),
    );
  });

  test('in any grouping: merge is associative over parts of a history', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, anyHistory, (a, b, c) => {
        expect(mergeTracking(mergeTracking(a, b), c)).toEqual(mergeTracking(a, mergeTracking(b, c)));
      }),
    );
  });

  test('any number of times: merge is idempotent', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (a, b) => {
        const merged = mergeTracking(a, b);
        expect(mergeTracking(merged, b)).toEqual(merged);
        expect(mergeTracking(merged, merged)).toEqual(merged);
        expect(newsAmong(merged, merged)).toEqual([]);
      }),
    );
  });

  test('one by one as in one go, and they come to the same state', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const one = events.reduce<readonly CarrierEvent[]>((known, next) => mergeTracking(known, [next]), []);
        const other = mergeTracking([], [...events].reverse());
        expect(one).toEqual(other);
        expect(resolveParcel(one)).toEqual(resolveParcel(other));
      }),
    );
  });

  test('to at most 300 events, the same ones in any order and grouping', () => {
    fc.assert(
      fc.property(longHistory, longHistory, longHistory, (a, b, c) => {
        const merged = mergeTracking(mergeTracking(a, b), c);
        expect(merged.length).toBeLessThanOrEqual(eventsKeptMax);
        expect(merged).toEqual(mergeTracking(a, mergeTracking(c, b)));
      }),
      { numRuns: 10 },
    );
  });
});

test('however many scans follow a delivery, it is not dropped for them', () => {
  const delivered = event('DELIVERED', '2026-07-01T09:00:00Z');
  const scans = Array.from({ length: 400 }, (_, i) =>
    event('IN_TRANSIT', new Date(Date.UTC(2026, 6, 2, 0, i)).toISOString()),
  );
  const history = scans.reduce<readonly CarrierEvent[]>((known, scan) => mergeTracking(known, [scan]), [delivered]);
  expect(history).toHaveLength(eventsKeptMax);
  expect(resolveParcel(history).status).toBe('DELIVERED');
});

describe('two tellings are one event', () => {
  const base = event('IN_TRANSIT', '2026-07-12T09:31:00', { place: { city: 'Ocala' } });

  test.each<[string, CarrierEvent]>([
    ['when one knows the zone', event('IN_TRANSIT', '2026-07-12T09:31:00-04:00', { place: { city: 'Ocala' } })],
    ['when one came by push', { ...base, source: 'push' }],
    ['when the text was mended', { ...base, description: 'Arrived at the facility in Ocala' }],
    ['when the town is in capitals', { ...base, place: { city: 'OCALA ' } }],
  ])('%s', (_what, other) => expect(mergeTracking([base], [other])).toHaveLength(1));

  test.each<[string, CarrierEvent]>([
    ['at another time', event('IN_TRANSIT', '2026-07-12T09:32:00', { place: { city: 'Ocala' } })],
    ['of another code', { ...base, code: 'DP' }],
    ['in another town', { ...base, place: { city: 'Miami' } }],
    ['of another consignment with the same number', { ...base, scope: '2460426000' }],
  ])('but not %s', (_what, other) => expect(mergeTracking([base], [other])).toHaveLength(2));

  test('and the one that we heard last stands, in whatever order they are merged', () => {
    const first = { ...base, description: 'Delivered', status: 'DELIVERED' as const };
    const corrected = { ...base, description: 'Arrived', receivedAt: heardAt(5) };
    expect(mergeTracking([corrected], [first])).toEqual([corrected]);
    expect(mergeTracking([first], [corrected])).toEqual([corrected]);
  });

  test('and its zone is kept once it was told', () => {
    const zoned = event('IN_TRANSIT', '2026-07-12T09:31:00-04:00', { place: { city: 'Ocala' } });
    const later = { ...base, receivedAt: heardAt(5) };
    expect(mergeTracking([zoned], [later])).toEqual([{ ...zoned, receivedAt: heardAt(5) }]);
    expect(newsAmong([zoned], [later])).toEqual([]);
    expect(newsAmong([base], [zoned])).toEqual([zoned]);
  });

  test('an event told again is no news; one in other words is', () => {
    const again = { ...base, source: 'push' as const, receivedAt: heardAt(9) };
    expect(newsAmong([base], [again])).toEqual([]);
    const corrected = { ...again, status: 'EXCEPTION' as const };
    expect(newsAmong([base], [again, corrected])).toEqual([corrected]);
  });
});

describe('events are put in order', () => {
  const codesOf = (events: readonly CarrierEvent[]): string[] => inOrder(events).map(({ code }) => code);

  test('by instant, whatever the clocks on the walls show', () => {
    const departed = event('IN_TRANSIT', '2026-07-12T10:00:00-04:00', { code: 'departed New York' });
    const arrived = event('IN_TRANSIT', '2026-07-12T09:30:00-07:00', { code: 'arrived in Los Angeles' });
    expect(codesOf([arrived, departed])).toEqual(['departed New York', 'arrived in Los Angeles']);
  });

  test('by the clock on the wall as soon as one lacks its zone', () => {
    const sorted = event('IN_TRANSIT', '2026-07-12T07:10:00', { code: 'sorted' });
    const loaded = event('OUT_FOR_DELIVERY', '2026-07-12T07:30:00', { code: 'loaded' });
    const delivered = event('DELIVERED', '2026-07-12T07:53:00+02:00', { code: 'delivered' });
    expect(codesOf([delivered, loaded, sorted])).toEqual(['sorted', 'loaded', 'delivered']);
  });

  test('undated ones and ones from the future before the rest', () => {
    const undated = event('OUT_FOR_DELIVERY', null, { code: 'undated' });
    const future = event('OUT_FOR_DELIVERY', '2026-08-14T00:00:00Z', { code: 'future' });
    const scanned = event('IN_TRANSIT', '2026-07-12T07:10:00Z', { code: 'scanned' });
    expect(codesOf([scanned, future, undated]).at(-1)).toBe('scanned');
    expect(resolveParcel([scanned, future, undated]).status).toBe('IN_TRANSIT');
  });
});

describe('what a carrier leaves out that it told once', () => {
  const accepted = event('PICKED_UP', '2026-07-10T09:00:00Z');
  const delivered = event('DELIVERED', '2026-07-12T09:00:00Z');
  const history = [accepted, delivered];

  test('was taken back, if it said how the way ended', () => {
    const withdrawn = withdrawnSince(history, [accepted], heardAt(60));
    expect(withdrawn).toEqual([{ ...delivered, withdrawn: true, receivedAt: heardAt(60) }]);
    expect(resolveParcel(mergeTracking(history, withdrawn)).status).toBe('PICKED_UP');
  });

  test('stays withdrawn when an old message tells it again, until the carrier tells it anew', () => {
    const corrected = mergeTracking(history, withdrawnSince(history, [accepted], heardAt(60)));
    const late = { ...delivered, source: 'push' as const, receivedAt: heardAt(30) };
    expect(resolveParcel(mergeTracking(corrected, [late])).status).toBe('PICKED_UP');
    const anew = { ...delivered, receivedAt: heardAt(90) };
    expect(resolveParcel(mergeTracking(corrected, [anew])).status).toBe('DELIVERED');
  });

  test.each<[string, readonly CarrierEvent[], readonly CarrierEvent[]]>([
    ['a scan on the way', history, [delivered]],
    ['what was pushed: polls may be behind', [accepted, { ...delivered, source: 'push' }], [accepted]],
    ['what is older than all that it lists', history, [event('RETURN_IN_PROGRESS', '2026-07-13T09:00:00Z')]],
    ['anything, when it lists nothing', history, []],
    ['another consignment of the same number', history, [{ ...accepted, scope: '2460426000' }]],
    ['what was heard after the poll', [accepted, { ...delivered, receivedAt: heardAt(61) }], [accepted]],
  ])('was not taken back: %s', (_what, known, complete) => {
    expect(withdrawnSince(known, complete, heardAt(60))).toEqual([]);
  });
});

test('a thousand events are merged with a thousand in less than 10 ms', () => {
  const events = Array.from({ length: 1_000 }, (_, i) =>
    event('IN_TRANSIT', new Date(Date.UTC(2026, 6, 2, 0, i)).toISOString(), { place: { city: `Town ${i % 50}` } }),
  );
  const again = events.map((one) => ({ ...one, receivedAt: heardAt(1) }));
  const times = Array.from({ length: 30 }, () => {
    const startedMs = performance.now();
    mergeTracking(events, again);
    return performance.now() - startedMs;
  });
  // The best of many: the machine may be busy with other things.
  expect(Math.min(...times)).toBeLessThan(10);
});

test('identities are told apart whatever carriers write into their codes', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (code, city) => {
      const one = event('IN_TRANSIT', null, { code, place: { city } });
      const other = event('IN_TRANSIT', null, { code: `${code}${city}`, place: { city: '' } });
      if (city.trim() !== '') expect(identityOf(one)).not.toBe(identityOf(other));
    }),
  );
});
