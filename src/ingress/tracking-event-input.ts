import * as z from 'zod';
import type { CarrierEvent } from '../domain/carrier-event.ts';
import { readEventTime } from '../domain/event-time.ts';
import { isAhead } from '../domain/merge-tracking.ts';
import { toCarrierSlug, toTrackingNumber, type ParcelName } from '../domain/parcel.ts';
import { toPointer, toSchemaFaults } from '../domain/schema-faults.ts';
import { TrackingStatusSchema } from '../domain/tracking-status.ts';
import type { FieldError } from './problem.ts';
import type { ReadCode } from './read-carrier-code.ts';

const text = (max: number) => z.string().min(1).max(max);
/** A word of one's own for what is wrong, as `toSchemaFaults` reads it. */
const wrong = (code: string, error: string) => ({ error, params: { code } });
/** What is looked at after it would only say it again. */
const ending = (error: string) => ({ error, abort: true });

export const TrackingEventSchema = z
  .strictObject({
    carrier: text(100)
      .regex(/[A-Za-z0-9]/, 'has no letter or digit')
      .meta({ description: 'Whose event it is: `ups`, or any name of your own', examples: ['demo'] }),
    trackingNumber: text(100)
      .regex(
        /^ *[A-Za-z0-9][A-Za-z0-9 ._-]*$/,
        ending('is no tracking number: letters, digits, hyphens, dots and underscores'),
      )
      .refine((number) => toTrackingNumber(number) !== null, wrong('field.tracking_number', 'is longer than 64')),
    status: TrackingStatusSchema.optional(),
    code: text(100).optional().meta({ description: 'The carrier’s own word. Without `status` it means what it means at that carrier; a word that nobody knows is kept, counted and shown as unknown' }), // prettier-ignore
    occurredAt: text(40)
      .regex(/^\d{4}-\d{2}-\d{2}/, ending('is no ISO 8601 time'))
      .refine((time) => readEventTime(time).local !== null, wrong('field.time', 'is no ISO 8601 time'))
      .meta({ description: 'ISO 8601. Without an offset it is local time, and never taken for UTC', examples: ['2026-01-15T09:30:00-03:00'] }), // prettier-ignore
    description: text(500).optional(),
    location: z
      .strictObject({
        city: text(100).optional(),
        state: text(100).optional(),
        postalCode: text(20).optional(),
        country: text(60).optional(),
      })
      .optional(),
    delayed: z.boolean().optional(),
    expectedOn: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, ending('is no day'))
      .refine((day) => readEventTime(day).local !== null, wrong('field.day', 'is no day of the calendar'))
      .optional()
      .meta({ description: 'The day on which the carrier means to deliver' }),
  })
  .refine(({ status, code }) => status !== undefined || code !== undefined, {
    ...wrong('tracking.status_missing', 'give `status`, or the carrier’s `code`'),
    path: ['status'],
  })
  .meta({ id: 'TrackingEvent' });

/** What one event of a request says, or what is wrong with it. */
export type ReadEvent =
  | { name: ParcelName; carrierName: string; event: CarrierEvent; expectedOn: string | null; errors: null }
  | { errors: FieldError[] };

const errorsMax = 10;

/** `at`: where it stands in the body. */
export function readTrackingEvent(
  input: unknown,
  { merchantId, receivedAt, at, readCode }: { merchantId: string; receivedAt: string; at: readonly PropertyKey[]; readCode: ReadCode }, // prettier-ignore
): ReadEvent {
  const read = TrackingEventSchema.safeParse(input);
  if (!read.success) {
    const faults = toSchemaFaults(read.error.issues, input).slice(0, errorsMax);
    return { errors: faults.map(({ path, ...fault }) => ({ ...fault, pointer: toPointer([...at, ...path]) })) };
  }
  const { carrier, trackingNumber, status, code, occurredAt, description, location, delayed, expectedOn } = read.data;
  const time = readEventTime(occurredAt);
  if (isAhead({ ...time, receivedAt })) {
    return { errors: [{ code: 'tracking.in_future', detail: 'is more than a day ahead', pointer: toPointer([...at, 'occurredAt']) }] }; // prettier-ignore
  }
  const slug = toCarrierSlug(carrier);
  const meaning = status === undefined ? readCode(slug, code ?? '') : { status };
  const place = Object.entries(location ?? {}).filter(([, value]) => value !== undefined);
  const event: CarrierEvent = {
    ...time,
    ...meaning,
    code: code ?? status ?? '',
    ...(delayed === true ? { delayed } : {}),
    ...(description === undefined ? {} : { description }),
    ...(place.length === 0 ? {} : { place: Object.fromEntries(place) }),
    source: 'push',
    receivedAt,
  };
  const name = { merchantId, carrier: slug, number: toTrackingNumber(trackingNumber) ?? '' };
  return { name, carrierName: carrier, event, expectedOn: expectedOn ?? null, errors: null };
}
