import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

const StatusSchema = z.object({
  status: Text,
  status_details: Text,
  status_date: Text,
  substatus: Maybe(z.object({ code: Text })),
  location: Maybe(z.object({ city: Text, state: Text, zip: Text, country: Text })),
});
export type WireStatus = z.infer<typeof StatusSchema>;

/** A track (Shippo, "Tracks"). The addresses are left where they are. */
export const TrackSchema = z.object({
  carrier: Text,
  tracking_number: z.string().min(1),
  eta: Text,
  tracking_status: Maybe(StatusSchema),
  tracking_history: ListOf(StatusSchema),
});
export type WireTrack = z.infer<typeof TrackSchema>;

export const HookSchema = z.object({ event: z.string(), data: z.unknown() });
export const AccountListSchema = z.object({ results: z.array(z.unknown()) });
