import * as z from 'zod';
import { IdSchema } from '../../../domain/ids.ts';

/** Travels in a header or a body as it is: printable ASCII only. */
const secret = (pattern: RegExp, charsMax: number) =>
  z.string().max(charsMax).regex(pattern, 'must not be empty or contain control characters').meta({ secret: true });

/** Without a slash at the end. */
const baseUrl = (documented: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .overwrite((url) => url.replace(/\/+$/, ''))
    .default(documented);

const RateSchema = z.strictObject({
  /** Packages together, at most; without one whatever they weigh, and what cannot be read of it. */
  upToGrams: z.int().min(1).max(10_000_000).optional(),
  /** As VTEX is told it, in units of the currency. */
  price: z.number().min(0).max(1_000_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/),
  transitDays: z.int().min(0).max(365),
});

const CarrierSchema = z.strictObject({
  /** VTEX's `carrierId`. */
  id: z.string().min(1).max(128),
  name: z.string().min(1).max(120),
  /** Whose booking call is used; without one `service.requested` is sent to the endpoints. */
  connectionId: IdSchema('connection').optional(),
  /** The first that fits counts. */
  rates: z.array(RateSchema).max(50).default([]),
});
export type LastMileCarrier = z.infer<typeof CarrierSchema>;

/** What a merchant gives so that VTEX Last Mile can hand services to Packline. */
export const VtexLastMileSettingsSchema = z.strictObject({
  /** The account's name, as in the OMS. */
  account: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of a VTEX account, without a domain'),
  /** Shipping > Pick and Pack > Settings > Integration > API Key, or the one that the Pick and Pack team gave. */
  apiKey: secret(/^[\x21-\x7e]+$/, 1_024),
  apiBaseUrl: baseUrl('https://api.pickingnpacking.com/prod/v1/tracking/hook'),
  authBaseUrl: baseUrl('https://auth.pickingnpacking.com/prod'),
  /** How the token stands in `Authorization`: the protocol's guide shows it bare. */
  apiAuthorization: z.enum(['bearer', 'raw']).default('raw'),
  /**
   * Headers that every request of VTEX has to bear, as they were entered in the Last Mile settings there; `Authorization` is one
   * of them where it is used. Without any, the URL alone is the secret.
   */
  inboundHeaders: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w-]{1,100}$/)
          .toLowerCase(),
        value: secret(/^[\x20-\x7e]+$/, 4_096),
      }),
    )
    .max(10)
    .default([]),
  /** VTEX's carriers that Packline stands in for. Others are taken too, and announced by `service.requested`. */
  carriers: z.array(CarrierSchema).max(200).default([]),
  /** Where a service can be followed; `{trackingNumber}` and `{serviceId}` are filled in. */
  trackingUrlTemplate: z
    .string()
    .max(2_048)
    .regex(/^https?:\/\//)
    .optional(),
  /** VTEX gives up after 5 seconds. Where the carrier has not answered by then, VTEX is answered PENDING. */
  answerWithinMs: z.int().min(100).max(4_500).default(3_500),
  /** A service that its carrier has not confirmed by then becomes an issue. */
  confirmWithinMinutes: z.int().min(1).max(10_080).default(15),
  /** Which value of `pause` means "paused": VTEX describes `false` as paused, the reverse of the name. */
  pausedWhen: z.boolean().default(false),
  /** Nothing is documented for this host. */
  requestsPerSecond: z.int().min(1).max(500).default(20),
});
export type VtexLastMileSettings = z.infer<typeof VtexLastMileSettingsSchema>;
