import * as z from 'zod';
import { baseUrlOf, CarrierCode, rateOf, Secret, webhookSecrets } from '../setting-values.ts';

/** What a merchant gives to connect an account at EasyPost. */
export const EasypostSettingsSchema = z.strictObject({
  apiKey: Secret,
  baseUrl: baseUrlOf('https://api.easypost.com'),
  ...webhookSecrets,
  /** As EasyPost names it (`USPS`); without one it guesses by the number. */
  carrier: CarrierCode.optional(),
  /** EasyPost's limits move with its load: nothing is documented. */
  requestsPerSecond: rateOf(5),
});
export type EasypostSettings = z.infer<typeof EasypostSettingsSchema>;
