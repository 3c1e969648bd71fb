import * as z from 'zod';
import { SettlementRulesSchema } from '../../../domain/settlement-rules.ts';
import { RateMarginPercentSchema } from '../../rate-margin.ts';

/** Travels in a header or a body as it is: printable ASCII only. */
const SecretTextSchema = z
  .string()
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'must not be empty or contain spaces or control characters')
  .meta({ secret: true });

/** Without a slash at the end. */
const baseUrl = (documented: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .overwrite((url) => url.replace(/\/+$/, ''))
    .default(documented);

/** How the token stands in `Authorization`: the OpenAPI document says `Bearer <jwt>`, the legacy guide the bare token. */
const authorization = (documented: 'bearer' | 'raw') => z.enum(['bearer', 'raw']).default(documented);

/** What a merchant gives to connect a VTEX account's Pick and Pack. */
export const VtexPickAndPackSettingsSchema = z.strictObject({
  /** The account's name, as in the OMS: the `hostname` of keys and hooks. */
  account: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of a VTEX account, without a domain'),
  /** Shipping > Pick and Pack > Settings > Integration > API Key. Bound to one account. */
  apiKey: SecretTextSchema,
  /** `legacy`: only "Get order status and information" is open to this account. It tells less of picks. */
  api: z.enum(['new', 'legacy']).default('new'),
  apiBaseUrl: baseUrl('https://api.pick-and-pack.com/prod/v1'),
  authBaseUrl: baseUrl('https://auth.pickingnpacking.com/prod'),
  legacyBaseUrl: baseUrl('https://legacy.pickingnpacking.com/prod'),
  apiAuthorization: authorization('bearer'),
  legacyAuthorization: authorization('raw'),
  /**
   * VTEX does not sign its hooks. A header `x-packline-key` with this value, added to the webhook in the Admin, is demanded
   * of every hook once it is set.
   */
  webhookKey: SecretTextSchema.min(16).optional(),
  /** Pick and Pack takes its orders from the OMS by itself; one that it has not after this long wants looking at. */
  appearsWithinMinutes: z.int().min(1).max(1_440).default(15),
  /** Documented: 500 a second and 100 at a time, for each of its reads. */
  requestsPerSecond: z.int().min(1).max(500).default(450),
  requestsAtOnce: z.int().min(1).max(100).default(100),
  rateMarginPercent: RateMarginPercentSchema,
  /** How far picks may be from the order until somebody has to look; what is left out has its default. */
  settlement: SettlementRulesSchema.optional(),
});
export type VtexPickAndPackSettings = z.infer<typeof VtexPickAndPackSettingsSchema>;
