import * as z from 'zod';
import type { TrackingReason } from '../../../domain/carrier-event.ts';
import { trackingStatuses } from '../../../domain/tracking-status.ts';
import { isTimeZone } from '../../../domain/zoned-time.ts';
import { parsePath, pathCharsMax } from './json-path.ts';
import { faultOfFormat } from './time-format.ts';

/** A place in a JSON document (json-path.ts). */
export const PathSchema = z
  .string()
  .max(pathCharsMax)
  .refine((text) => parsePath(text) !== null, {
    error: 'is a path such as data.events[] or status.code',
    params: { code: 'field.path' },
  });

const reasons = [
  'carrier_damaged',
  'carrier_held',
  'carrier_missed_pickup',
  'consignee_absent',
  'consignee_hold',
  'consignee_refused',
  'customs_held',
  'weather_delay',
] as const satisfies readonly TrackingReason[];

const StatusSchema = z.enum(trackingStatuses);

/** A carrier's word: what it means, or what else it says beside or without a status. */
const MeaningSchema = z.union([
  StatusSchema,
  z.strictObject({
    status: StatusSchema.nullable(),
    delayed: z.literal(true).exactOptional(),
    reason: z.enum(reasons).exactOptional(),
  }),
]);

const wordsMax = 500;

/** The carrier's words and ours. What has no row stays unknown, is kept and counted. */
export const WordsSchema = z
  .record(z.string().min(1).max(200), MeaningSchema)
  .refine((words) => Object.keys(words).length <= wordsMax, `has at most ${wordsMax} words`);

/** Where a time is, how it is written, and in which zone its clock hangs. */
export const TimeSchema = z.strictObject({
  path: PathSchema,
  /** The time of day, where it stands beside the date: read with a blank between them. */
  timeOfDay: PathSchema.optional(),
  format: z
    .string()
    .default('iso')
    .superRefine((format, context) => {
      const fault = faultOfFormat(format);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault, params: { code: 'field.time_format' } });
    }),
  /**
   * `data`: an offset in the text itself; without one the time stays local. `unknown`: not even an offset is believed, for
   * carriers that print one and mean the clock on their wall. Else the zone's name.
   */
  zone: z
    .string()
    .default('data')
    .refine((zone) => zone === 'data' || zone === 'unknown' || isTimeZone(zone), {
      error: 'is data, unknown or the name of a zone such as Australia/Sydney',
      params: { code: 'field.value' },
    }),
});
export type TimeReading = z.infer<typeof TimeSchema>;

/**
 * How parcels and what happened to them stand in a document. `parcels` begins at its root, everything else at a parcel or an
 * event.
 */
export const readingShape = {
  /** Where the parcels are; left out: the document is the one parcel. */
  parcels: PathSchema.optional(),
  /** In a parcel: its number. Left out where the carrier was asked about one. */
  number: PathSchema.optional(),
  /** In a parcel: its events. Left out: the parcel is the one event. */
  events: PathSchema.optional(),
  /** In a parcel: the day on which it is to be delivered. */
  expected: TimeSchema.optional(),
  /** In a parcel: where it is as a whole, beside its events. Dated by its newest event without a time. */
  whole: z.strictObject({ code: PathSchema, time: TimeSchema.optional() }).optional(),
  /** In an event, as all that follow. */
  event: z.strictObject({
    code: PathSchema,
    /** A finer word beside it: its row counts, where it has one. */
    detail: PathSchema.optional(),
    time: TimeSchema.optional(),
    description: PathSchema.optional(),
    place: z
      .strictObject({
        city: PathSchema.optional(),
        state: PathSchema.optional(),
        postalCode: PathSchema.optional(),
        country: PathSchema.optional(),
      })
      .optional(),
  }),
};
const ReadingSchema = z.strictObject(readingShape);
export type Reading = z.infer<typeof ReadingSchema>;
