import * as fc from 'fast-check';
import type { CarrierEvent } from '../../src/domain/carrier-event.ts';
import { readEventTime } from '../../src/domain/event-time.ts';
import type { TrackingStatus } from '../../src/domain/tracking-status.ts';

export const heardAt = (minute: number): string => new Date(Date.UTC(2026, 6, 14, 0, minute)).toISOString();

/** An event of a status at a time in July 2026, as a poll told it. */
export const event = (
  status: TrackingStatus | null,
  time: string | null,
  changes: Partial<CarrierEvent> = {},
): CarrierEvent => ({
  ...readEventTime(time),
  code: status ?? 'NOTE',
  status,
  source: 'poll',
  receivedAt: heardAt(0),
  ...changes,
});

// Few values of each, so that events repeat and collide. A code has one meaning, as carriers' codes have.
const meanings = {
  MP: 'PRE_TRANSIT',
  OR: 'PICKED_UP',
  AR: 'IN_TRANSIT',
  OT: 'OUT_FOR_DELIVERY',
  DE: 'DELIVERY_ATTEMPTED',
  FS: 'DELIVERED',
  RS: 'RETURN_IN_PROGRESS',
  VD: 'CANCELLED',
  XX: 'UNKNOWN',
} as const satisfies Record<string, TrackingStatus>;
const codes = Object.keys(meanings).filter((code): code is keyof typeof meanings => Object.hasOwn(meanings, code));
const times = [null, '2026-07-12', ...Array.from({ length: 6 }, (_, i) => `2026-07-1${i}T09:3${i}:00`)];
const zones = ['', 'Z', '-04:00', '+11:00'];

export const anyEvent: fc.Arbitrary<CarrierEvent> = fc
  .record({
    code: fc.constantFrom(...codes),
    time: fc.constantFrom(...times),
    zone: fc.constantFrom(...zones),
    minute: fc.nat(3),
    extra: fc.constantFrom<Partial<CarrierEvent>>(
      {},
      {},
      {},
      { delayed: true },
      { scope: '2460425000' },
      { scope: '2460426000' },
      { overall: true },
      { withdrawn: true },
      { source: 'push' },
      { description: 'Arrived' },
      { place: { city: 'CLOVIS' } },
    ),
  })
  .map(({ code, time, zone, minute, extra }) =>
    event(meanings[code], time?.includes('T') === true ? time + zone : time, {
      code,
      receivedAt: heardAt(minute),
      ...extra,
    }),
  );
