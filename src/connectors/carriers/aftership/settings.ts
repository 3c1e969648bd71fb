import * as z from 'zod';
import { baseUrlOf, CarrierCode, rateOf, Secret, webhookSecrets } from '../setting-values.ts';

/** What a merchant gives to connect an organisation at AfterShip. */
export const AftershipSettingsSchema = z.strictObject({
  apiKey: Secret,
  baseUrl: baseUrlOf('https://api.aftership.com'),
  ...webhookSecrets,
  /** As AfterShip names it (`fedex`); without one it guesses by the number. */
  carrier: CarrierCode.optional(),
  /** Documented for lists; a single tracking has 5 a second, and new ones have 20. */
  requestsPerSecond: rateOf(6),
});
export type AftershipSettings = z.infer<typeof AftershipSettingsSchema>;
