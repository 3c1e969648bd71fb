import * as z from 'zod';
import { SettlementRulesSchema } from '../../../domain/settlement-rules.ts';
import { StockReconciliationSettingsSchema } from '../../../domain/stock-reconciliation.ts';
import { readSecret } from '../../../platform/signature.ts';
import { RateMarginPercentSchema } from '../../rate-margin.ts';

/** API hosts (Nash OpenAPI 1.0.0, `servers`). A key is valid at exactly one of the four. */
const hosts = {
  us: { production: 'https://api.usenash.com', sandbox: 'https://api.sandbox.usenash.com' },
  au: {
    production: 'https://api.ap-southeast-2.usenash.com',
    sandbox: 'https://api.sandbox.ap-southeast-2.usenash.com',
  },
} as const;

/** Travels in a header: printable ASCII only. */
const HeaderTextSchema = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'must not contain spaces or control characters');

const isSecret = (text: string): boolean => {
  try {
    readSecret(text);
    return true;
  } catch {
    return false;
  }
};
const WebhookSecretSchema = z
  .string()
  .refine(isSecret, 'must be the signing secret of the endpoint in the Nash portal: "whsec_" and base64')
  .meta({ secret: true });

/** A limit as Nash sets it for this organisation; the documented one is the default. */
const rateOf = (documented: number) => z.int().min(1).max(1_000).default(documented);

/** What a merchant gives to connect an organisation at Nash. */
export const NashSettingsSchema = z.strictObject({
  region: z.enum(['us', 'au']).default('us'),
  environment: z.enum(['production', 'sandbox']).default('production'),
  /** Instead of the region's host: a proxy, or a simulator. */
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional(),
  apiKey: HeaderTextSchema.meta({ secret: true }),
  /** Only for keys that span several organisations (`Nash-Org-Id`). */
  orgId: HeaderTextSchema.optional(),
  /** Absent until the merchant has made the endpoint in the Nash portal; every hook is refused until then. */
  webhookSecret: WebhookSecretSchema.optional(),
  /** The one before, while a rotation overlaps. */
  webhookSecretPrevious: WebhookSecretSchema.optional(),
  /** What every order requires besides `pick_and_pack` ("Order Requirements"); a string, since Nash adds to its list. */
  requirements: z
    .array(z.string().regex(/^[a-z0-9_:]{1,80}$/))
    .max(30)
    .default([]),
  /** These three stand over what the store's own record at Nash says, for all stores: leave them out if it says it well. */
  pickupPhoneNumber: z.string().min(3).max(32).optional(),
  pickupBusinessName: z.string().min(1).max(80).optional(),
  pickupInstructions: z.string().min(1).max(280).optional(),
  /** Calls per second for the whole organisation. */
  requestsPerSecond: rateOf(20),
  /** Calls per second for products and inventory, counted apart from the rest ("Pick and Pack", "Rate Limits"). */
  catalogRequestsPerSecond: rateOf(10),
  /** Deliveries are made by a fleet of the merchant's own, and Nash is told how far they are (`PATCH /v1/fleet/deliveries`). */
  ownFleet: z.boolean().default(false),
  rateMarginPercent: RateMarginPercentSchema,
  /** How far picks may be from the order until somebody has to look; what is left out has its default. */
  settlement: SettlementRulesSchema.optional(),
  /** How often what Nash has is compared with what it accepted; what is left out has its default. */
  stockReconciliation: StockReconciliationSettingsSchema.optional(),
});
export type NashSettings = z.infer<typeof NashSettingsSchema>;

/** Where the API is, without a slash at the end. */
export const toBaseUrl = ({ baseUrl, region, environment }: NashSettings): string =>
  (baseUrl ?? hosts[region][environment]).replace(/\/+$/, '');
