import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

/** `GET /tracking/v3/tracking/{number}?expand=DETAIL`. Names and firms are left where they are. */
export const TrackingSchema = z
  .object({
    status: Text,
    statusCategory: Text,
    expectedDeliveryDate: Text,
    deliveryDateExpectation: Maybe(z.object({ expectedDeliveryDate: Text })),
    trackingEvents: ListOf(
      z.object({
        eventType: Text,
        eventCode: Text,
        eventTimestamp: Text,
        GMTTimestamp: Text,
        eventCity: Text,
        eventState: Text,
        eventZIP: Text,
        eventCountry: Text,
      }),
    ),
  })
  .refine(({ status, statusCategory, trackingEvents }) => status ?? statusCategory ?? trackingEvents[0]);
export type WireTracking = z.infer<typeof TrackingSchema>;

/** An error in the place of a parcel: with any status, 200 too. */
export const ErrorSchema = z.object({ error: z.object({ code: z.union([z.string(), z.number()]).transform(String) }) });
