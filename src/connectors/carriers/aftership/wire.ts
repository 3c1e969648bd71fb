import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

/** A tracking (AfterShip Tracking API 2026-07), as the API and its webhooks have it. */
export const TrackingSchema = z.object({
  tracking_number: z.string().min(1),
  slug: Text,
  tag: Text,
  subtag: Text,
  subtag_message: Text,
  courier_estimated_delivery: Maybe(z.object({ estimated_delivery_date: Text })),
  checkpoints: ListOf(
    z.object({
      checkpoint_time: Text,
      message: Text,
      tag: Text,
      subtag: Text,
      raw_tag: Text,
      city: Text,
      state: Text,
      country_region: Text,
    }),
  ),
});
export type WireTracking = z.infer<typeof TrackingSchema>;

export const TrackingReplySchema = z.object({ data: TrackingSchema });
/** Older versions have the list without its envelope. */
export const TrackingListSchema = z.object({
  data: z
    .union([z.object({ trackings: z.array(z.unknown()) }), z.array(z.unknown())])
    .transform((data) => ListOf(TrackingSchema).parse(Array.isArray(data) ? data : data.trackings)),
});

/** Their own code of an error: more of them than HTTP has. */
export const ErrorSchema = z.object({ meta: z.object({ code: z.number() }) });

export const HookSchema = z.object({ event: z.string(), event_id: Text, msg: z.unknown() });
