import * as z from 'zod';
import { ListOf, Text } from '../wire-values.ts';

/** Tracking information (ShipEngine, "Track a package"). `signer` and `company_name` are left where they are. */
export const TrackingSchema = z.object({
  tracking_number: z.string().min(1),
  carrier_code: Text,
  status_code: Text,
  status_detail_code: Text,
  carrier_status_code: Text,
  estimated_delivery_date: Text,
  events: ListOf(
    z.object({
      occurred_at: Text,
      carrier_occurred_at: Text,
      description: Text,
      city_locality: Text,
      state_province: Text,
      postal_code: Text,
      country_code: Text,
      event_code: Text,
      status_code: Text,
      status_detail_code: Text,
    }),
  ),
});
export type WireTracking = z.infer<typeof TrackingSchema>;

export const HookSchema = z.object({ resource_type: z.string(), data: z.unknown() });
export const CarrierListSchema = z.object({ carriers: z.array(z.unknown()) });
export const KeyListSchema = z.object({
  keys: ListOf(z.object({ kty: z.literal('RSA'), kid: z.string(), n: z.base64url(), e: z.base64url() })),
});
