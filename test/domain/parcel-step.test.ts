import { describe, expect, it } from 'vitest';
import { toCarrierSlug, toTrackingNumber, type FollowedParcel } from '../../src/domain/parcel.ts';
import { followParcel, hearPolled, hearPushed } from '../../src/domain/parcel-step.ts';
import { event } from './carrier-event-fixture.ts';
import { hours, instant, parcelName, startMs } from './parcel-fixture.ts';

const days = (count: number): number => hours(24 * count);
const factsAt = (afterMs: number, connectionId?: string) => ({
  name: parcelName,
  carrierName: 'UPS',
  connectionId,
  at: instant(startMs + afterMs),
});
const newsAt = (afterMs: number, ...events: ReturnType<typeof event>[]) => ({
  events: events.map((one) => ({ ...one, receivedAt: instant(startMs + afterMs) })),
  receivedAt: instant(startMs + afterMs),
});
const scan = event('IN_TRANSIT', '2026-07-13T10:00:00Z');
const delivery = event('DELIVERED', '2026-07-13T12:00:00Z');
const pushed = (afterMs: number, known: FollowedParcel | null, ...events: ReturnType<typeof event>[]) => {
  const step = hearPushed(known, factsAt(afterMs, 'con_x'), newsAt(afterMs, ...events));
  if (step === null) throw new Error('this was known to the letter');
  return step;
};

describe('a parcel', () => {
  it('begins with the first event that anybody tells of its number', () => {
    const { parcel, mustTell } = pushed(0, null, scan);
    expect(parcel).toMatchObject({ status: 'IN_TRANSIT', carrier: 'ups', orderIds: [], connectionId: 'con_x' });
    expect(parcel.polling.nextAt).not.toBeNull();
    expect(mustTell).toBe(true);
  });

  it('is not changed by what is told again', () => {
    const known = pushed(0, null, scan);
    expect(hearPushed(known, factsAt(hours(1)), newsAt(hours(1), scan))).toBeNull();
  });

  it('is told of once, as long as nobody has told yet how it stands', () => {
    const first = pushed(0, null, scan);
    const second = pushed(hours(0.1), first, delivery);
    expect(second).toMatchObject({ mustTell: false, parcel: { status: 'DELIVERED', owedSince: instant(startMs) } });
    // Whoever was on the way must have been lost.
    const third = pushed(hours(1), second, event('RETURN_IN_PROGRESS', '2026-07-13T13:00:00Z'));
    expect(third.mustTell).toBe(true);
  });

  it('is given up after 30 days of silence, and opened again by a scan', () => {
    const silent = pushed(0, null, scan);
    const expired = hearPolled(silent, factsAt(days(31)), { outcome: 'found', news: newsAt(days(31), scan) });
    expect(expired).toMatchObject({ parcel: { status: 'EXPIRED', polling: { nextAt: null } } });
    const again = pushed(days(40), expired, event('OUT_FOR_DELIVERY', '2026-08-20T08:00:00Z'));
    expect(again.parcel).toMatchObject({ status: 'OUT_FOR_DELIVERY', openedAt: instant(startMs + days(40)) });
    expect(again.parcel.polling.nextAt).not.toBeNull();
  });

  it('begins anew when its number is given out again, three months after its end', () => {
    const old = pushed(0, null, scan, delivery);
    const later = event('IN_TRANSIT', '2026-11-01T10:00:00Z');
    expect(pushed(days(60), old, event('IN_TRANSIT', '2026-09-10T10:00:00Z')).parcel.status).toBe('DELIVERED');
    const fresh = pushed(days(110), { ...old, parcel: { ...old.parcel, version: 7 } }, later);
    expect(fresh).toMatchObject({ history: [{ code: 'IN_TRANSIT' }], parcel: { status: 'IN_TRANSIT', version: 7 } });
    expect(fresh.parcel.firstSeenAt).toBe(instant(startMs + days(110)));
  });

  it('that is not found yet is no parcel that failed', () => {
    const known = followParcel(null, factsAt(0, 'con_x'), 'ord_1', instant(startMs + hours(1)));
    const asked = hearPolled(known, factsAt(0, 'con_x'), { outcome: 'notFound' });
    expect(asked.parcel).toMatchObject({ status: 'UNKNOWN', polling: { notFound: 1, unchanged: 0 } });
    expect(asked.mustTell).toBe(false);
  });

  it('that is not found for three days is somebody’s to look at, until it is', () => {
    const facts = (afterMs: number) => factsAt(afterMs, 'con_x');
    let known: ReturnType<typeof hearPolled> = followParcel(null, facts(0), 'ord_1', instant(startMs));
    for (const after of [0, 1, 2]) known = hearPolled(known, facts(days(after)), { outcome: 'notFound' });
    expect(known).toMatchObject({ mustTell: false });
    const missing = hearPolled(known, facts(days(3)), { outcome: 'notFound' });
    expect(missing).toMatchObject({ mustTell: true, parcel: { missing: true, status: 'UNKNOWN' } });
    const { owedSince: _, ...told } = missing.parcel;
    const again = hearPolled({ ...missing, parcel: told }, facts(days(4)), { outcome: 'notFound' });
    expect(again.mustTell).toBe(false);
    expect(pushed(days(5), again, scan).parcel.missing).toBeUndefined();
  });

  it('is left alone for longer the more often nothing has changed, and not after news', () => {
    const known = pushed(0, null, scan);
    const same = { outcome: 'found', news: newsAt(hours(20), scan) } as const;
    const once = hearPolled(known, factsAt(hours(20)), same);
    const twice = hearPolled(once, factsAt(hours(24)), same);
    expect(twice.parcel.polling.unchanged).toBe(2);
    const moved = hearPolled(twice, factsAt(hours(30)), { outcome: 'found', news: newsAt(hours(30), scan, delivery) });
    expect(moved.parcel).toMatchObject({ status: 'DELIVERED', polling: { unchanged: 0 } });
  });

  it('loses what its carrier takes back', () => {
    const poll = (afterMs: number, known: FollowedParcel, ...events: ReturnType<typeof event>[]) =>
      hearPolled(known, factsAt(afterMs), {
        outcome: 'found',
        news: { ...newsAt(afterMs, ...events), complete: true },
      });
    const known = followParcel(null, factsAt(0, 'con_x'), null, instant(startMs));
    const delivered = poll(0, known, scan, delivery);
    expect(delivered.parcel.status).toBe('DELIVERED');
    expect(poll(days(1), delivered, scan).parcel.status).toBe('IN_TRANSIT');
  });

  it('goes with each of its orders once', () => {
    const at = instant(startMs + hours(1));
    const one = followParcel(null, factsAt(0), 'ord_1', at);
    const two = followParcel(followParcel(one, factsAt(0), 'ord_2', at), factsAt(0), 'ord_1', at);
    expect(two.parcel.orderIds).toEqual(['ord_1', 'ord_2']);
    // Nobody can be asked: it waits for what is pushed.
    expect(two.parcel.polling.nextAt).toBeNull();
  });

  it('keeps nothing that could name a person who was erased', () => {
    const told = event('IN_TRANSIT', '2026-07-13T10:00:00Z', { description: 'for Ana', place: { city: 'Recife' } });
    const known = pushed(0, null, scan);
    const erased = { ...known, parcel: { ...known.parcel, erased: true as const } };
    expect(JSON.stringify(pushed(hours(1), erased, { ...told, code: 'X' }).history)).not.toMatch(/Ana|Recife/);
  });
});

describe('names', () => {
  it('of carriers are one, however they are written', () => {
    expect(['UPS', 'u p s', 'Correios — SEDEX', '日本郵便', ''].map(toCarrierSlug)).toEqual([
      'ups',
      'u-p-s',
      'correios-sedex',
      '',
      '',
    ]);
  });

  it('of parcels have no blanks and no small letters; what no carrier prints is none', () => {
    expect(['1z 999 aa1', ' RR123456785BR ', 'a/b', '', 'x'.repeat(65)].map(toTrackingNumber)).toEqual(['1Z999AA1', 'RR123456785BR', null, null, null]); // prettier-ignore
  });
});
