import * as z from 'zod';
import { baseUrlOf, HeaderText, rateOf, Secret } from '../setting-values.ts';

/** What a merchant gives to connect an application at USPS (developers.usps.com). */
export const UspsSettingsSchema = z.strictObject({
  /** The consumer key and secret. */
  clientId: HeaderText,
  clientSecret: Secret,
  baseUrl: baseUrlOf('https://apis.usps.com'),
  /** Of an application, over all its APIs and its calls for tokens; USPS raises it on request. */
  requestsPerHour: rateOf(60),
});
export type UspsSettings = z.infer<typeof UspsSettingsSchema>;
