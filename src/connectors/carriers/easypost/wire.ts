import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

const PlaceSchema = z.object({ city: Text, state: Text, country: Text, zip: Text });

/** A tracker (EasyPost, "Tracker object"). `signed_by` and the addresses are left where they are. */
export const TrackerSchema = z.object({
  tracking_code: z.string().min(1),
  carrier: Text,
  status: Text,
  status_detail: Text,
  est_delivery_date: Text,
  tracking_details: ListOf(
    z.object({
      message: Text,
      status: Text,
      status_detail: Text,
      datetime: Text,
      carrier_code: Text,
      tracking_location: Maybe(PlaceSchema),
    }),
  ),
});
export type WireTracker = z.infer<typeof TrackerSchema>;

/** A webhook. `result` is a tracker where the description says so. */
export const EventSchema = z.object({ id: Text, description: z.string(), result: z.unknown() });

export const TrackerListSchema = z.object({ trackers: z.array(z.unknown()) });
