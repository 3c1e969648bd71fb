import * as z from 'zod';
import { InstantSchema } from './time.ts';

/**
 * What is sent: `full` is the event; `thin` the event with nothing in its data but ids and versions; `vtex-pick-and-pack` what
 * VTEX Pick and Pack sends of a change of status, and of that only; `slack` a line of text of what people are to look at, as
 * Slack's incoming webhooks (and what is like them) take it.
 */
export const payloadForms = ['full', 'thin', 'vtex-pick-and-pack', 'slack'] as const;
export type PayloadForm = (typeof payloadForms)[number];

/** Standard Webhooks' schemes: `v1` HMAC-SHA256 under a shared secret, `v1a` Ed25519 under a key that only we have. */
export const signatureSchemes = ['v1', 'v1a'] as const;
export type SignatureScheme = (typeof signatureSchemes)[number];

/** Why nothing is sent to an endpoint: its merchant said so, it answered 410, or it took nothing for days. */
export const disabledReasons = ['merchant', 'gone', 'failing'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** A key that signed before the present one, and does so until its time is over. */
export const PreviousKeySchema = z
  .strictObject({
    publicKey: z.string().nullable().meta({ description: 'Where `v1a` signs' }),
    worksUntil: InstantSchema,
  })
  .meta({ id: 'PreviousSigningKey' });

/** A slow endpoint may hold so many deliveries at once, and no more of our workers. */
export const concurrencyDefault = 10;
export const concurrencyMax = 50;
export const ratePerSecondMax = 1_000;

/** Of one merchant. Each event is written for each of them in the commit of what it tells (docs/decisions/0002). */
export const endpointsMax = 50;
