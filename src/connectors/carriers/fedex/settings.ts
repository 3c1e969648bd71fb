import * as z from 'zod';
import { baseUrlOf, HeaderText, rateOf, Secret, webhookSecrets } from '../setting-values.ts';

/** What a merchant gives to connect a project at FedEx (developer.fedex.com). */
export const FedexSettingsSchema = z.strictObject({
  clientId: HeaderText,
  clientSecret: Secret,
  baseUrl: baseUrlOf('https://apis.fedex.com'),
  /** The security token of the Advanced Integrated Visibility webhook. */
  ...webhookSecrets,
  /** Documented for a project, all its APIs together. */
  requestsPer10Seconds: rateOf(1_400),
  /** Of the Track API, by default; FedEx raises it on request. */
  requestsPerDay: z.int().min(1).max(100_000_000).default(100_000),
});
export type FedexSettings = z.infer<typeof FedexSettingsSchema>;
