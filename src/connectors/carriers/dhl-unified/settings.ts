import * as z from 'zod';
import { baseUrlOf, Secret } from '../setting-values.ts';

/** What a merchant gives to connect an application at DHL (developer.dhl.com, "Shipment Tracking - Unified"). */
export const DhlUnifiedSettingsSchema = z.strictObject({
  apiKey: Secret,
  baseUrl: baseUrlOf('https://api-eu.dhl.com'),
  /** Which of DHL's companies (`express`, `parcel-de`). Without it another one's shipment of the same number may be found. */
  service: z
    .string()
    .regex(/^[a-z-]{1,40}$/)
    .optional(),
  /** Where the request comes from (ISO 3166-1 alpha-2), for companies that ask. */
  requesterCountryCode: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  /** Documented for a new application: one call in five seconds, 250 a day. DHL raises both on request. */
  secondsPerRequest: z.number().min(0.01).max(3_600).default(5),
  requestsPerDay: z.int().min(1).max(100_000_000).default(250),
});
export type DhlUnifiedSettings = z.infer<typeof DhlUnifiedSettingsSchema>;
