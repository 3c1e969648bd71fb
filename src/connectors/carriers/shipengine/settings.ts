import * as z from 'zod';
import { baseUrlOf, CarrierCode, rateOf, Secret, tellsOfNumbers } from '../setting-values.ts';

/** What a merchant gives to connect an account at ShipEngine. */
export const ShipengineSettingsSchema = z.strictObject({
  apiKey: Secret,
  baseUrl: baseUrlOf('https://api.shipengine.com'),
  subscribes: tellsOfNumbers,
  /** Public keys of its hooks, believed for as long as they stand here; the published list (`GET /jwks`) is read beside them. */
  webhookKeys: z
    .array(z.strictObject({ kid: z.string().max(200), n: z.base64url().max(2_000), e: z.base64url().max(20) }))
    .max(20)
    .optional(),
  /** As ShipEngine names it (`usps`), for parcels that do not say so themselves. ShipEngine does not guess. */
  carrier: CarrierCode.optional(),
  /** Documented. */
  requestsPerMinute: rateOf(200),
});
export type ShipengineSettings = z.infer<typeof ShipengineSettingsSchema>;
