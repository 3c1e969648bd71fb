import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

const StatusSchema = z.object({ type: Text, code: Text, description: Text });
export type WireStatus = z.infer<typeof StatusSchema>;

const PackageSchema = z.object({
  trackingNumber: Text,
  /** `SDD` scheduled, `RDD` rescheduled, `DEL` delivered. */
  deliveryDate: ListOf(z.object({ type: Text, date: Text })),
  activity: ListOf(
    z.object({
      status: Maybe(StatusSchema),
      location: Maybe(
        z.object({
          address: Maybe(
            z.object({ city: Text, stateProvince: Text, postalCode: Text, countryCode: Text, country: Text }),
          ),
        }),
      ),
      date: Text,
      time: Text,
      gmtDate: Text,
      gmtTime: Text,
    }),
  ),
});
export type WirePackage = z.infer<typeof PackageSchema>;

/** `GET /api/track/v1/details/{number}`. */
export const TrackReplySchema = z.object({
  trackResponse: z.object({
    shipment: ListOf(z.object({ package: ListOf(PackageSchema), warnings: ListOf(z.object({ code: Text })) })),
  }),
});
export type WireShipment = z.infer<typeof TrackReplySchema>['trackResponse']['shipment'][number];

/** `POST /api/track/v2/subscription/standard/package`: which numbers it tells of from now on. */
export const SubscriptionsSchema = z.object({ validTrackingNumbers: ListOf(z.string()) });
export type WireSubscriptions = z.infer<typeof SubscriptionsSchema>;

/** One event of Track Alert (v2). `receivedBy` is left where it is. */
export const AlertSchema = z.object({
  trackingNumber: z.string().min(1),
  activityStatus: StatusSchema,
  activityLocation: Maybe(z.object({ city: Text, stateProvince: Text, postalCode: Text, country: Text })),
  localActivityDate: Text,
  localActivityTime: Text,
  gmtActivityDate: Text,
  gmtActivityTime: Text,
  scheduledDeliveryDate: Text,
  actualDeliveryDate: Text,
});
export type WireAlert = z.infer<typeof AlertSchema>;
