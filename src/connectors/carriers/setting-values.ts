import * as z from 'zod';

/** Travels in a header: printable ASCII only. */
export const HeaderText = z
  .string()
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'must not be empty or contain spaces or control characters');

export const Secret = HeaderText.meta({ secret: true });

/** Where the API is, without a slash at the end; another host than the carrier's is its test system, a proxy or a simulator. */
export const baseUrlOf = (documented: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .default(documented)
    .overwrite((url) => url.replace(/\/+$/, ''));

/** A limit as the carrier sets it for this account; the default is documented, or careful where nothing is. */
export const rateOf = (usual: number) => z.int().min(1).max(10_000).default(usual);

/** What webhooks are signed with. Every hook is refused until it is set. `Previous`: while a rotation overlaps. */
export const webhookSecrets = {
  webhookSecret: z.string().min(8).max(1024).meta({ secret: true }).optional(),
  webhookSecretPrevious: z.string().min(8).max(1024).meta({ secret: true }).optional(),
};

/**
 * For those who tell of a number once they were asked to: their hooks are set up to come here, so ask. Some bill a number that
 * they tell of.
 */
export const tellsOfNumbers = z.boolean().default(false);

export const secretsOf = (settings: {
  webhookSecret?: string | undefined;
  webhookSecretPrevious?: string | undefined;
}): readonly string[] =>
  [settings.webhookSecret, settings.webhookSecretPrevious].filter((secret) => secret !== undefined);

/** Whose parcels an aggregator is asked for where a parcel does not say so itself, in the aggregator's word (`usps`). */
export const CarrierCode = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
