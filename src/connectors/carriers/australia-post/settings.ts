import * as z from 'zod';
import { baseUrlOf, HeaderText, rateOf } from '../setting-values.ts';

/** What a merchant gives to connect a contract at Australia Post (Shipping and Tracking APIs). */
export const AustraliaPostSettingsSchema = z.strictObject({
  /** The API key and its password. */
  apiKey: HeaderText,
  password: z.string().min(1).max(1024).meta({ secret: true }),
  accountNumber: z.string().regex(/^\d{6,12}$/),
  baseUrl: baseUrlOf('https://digitalapi.auspost.com.au'),
  /** Australia Post's limits stand in its replies only. */
  requestsPerSecond: rateOf(2),
});
export type AustraliaPostSettings = z.infer<typeof AustraliaPostSettingsSchema>;
