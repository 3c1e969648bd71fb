import * as z from 'zod';
import { baseUrlOf, CarrierCode, rateOf, Secret, tellsOfNumbers, webhookSecrets } from '../setting-values.ts';

/** What a merchant gives to connect an account at Shippo. */
export const ShippoSettingsSchema = z.strictObject({
  apiKey: Secret,
  baseUrl: baseUrlOf('https://api.goshippo.com'),
  /**
   * Shippo signs its hooks for accounts that have asked it to. Without the secret the URL's token is what they are known by;
   * once it is set, no unsigned one is believed.
   */
  ...webhookSecrets,
  subscribes: tellsOfNumbers,
  /** As Shippo names it (`usps`), for parcels that do not say so themselves. Shippo does not guess. */
  carrier: CarrierCode.optional(),
  /** Documented for reads with a live key; a test key has 50. */
  requestsPerMinute: rateOf(500),
});
export type ShippoSettings = z.infer<typeof ShippoSettingsSchema>;
