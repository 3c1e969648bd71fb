import * as z from 'zod';
import { baseUrlOf, HeaderText, rateOf, Secret } from '../setting-values.ts';

/** What a merchant gives to connect an application at UPS (developer.ups.com). */
export const UpsSettingsSchema = z.strictObject({
  clientId: HeaderText,
  clientSecret: Secret,
  baseUrl: baseUrlOf('https://onlinetools.ups.com'),
  /**
   * Of the merchant's choosing, and told to UPS with the URLs for Track Alert: with them UPS asks us for the token that each
   * of its hooks bears. Every hook is refused until they are set.
   */
  hookClientId: HeaderText.min(8).optional(),
  hookClientSecret: Secret.min(16).optional(),
  /** UPS publishes no limit. */
  requestsPerSecond: rateOf(5),
});
export type UpsSettings = z.infer<typeof UpsSettingsSchema>;
