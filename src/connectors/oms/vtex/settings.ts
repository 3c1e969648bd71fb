import * as z from 'zod';
import { ExternalIdSchema } from '../../../domain/order-input.ts';
import { PullSettingsSchema } from './pull-settings.ts';
import { RateMarginPercentSchema } from '../../rate-margin.ts';
import { defaultStates, phases } from './statuses.ts';

/** Travels in a header: printable ASCII only. */
const HeaderTextSchema = z
  .string()
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'must not be empty or contain spaces or control characters');

/** VTEX takes a misspelt state without a word, and it never matches: hence the list. */
const StateSchema = z.string().refine((state) => Object.hasOwn(phases, state), 'is no state that VTEX documents');

/** What a merchant gives to connect the OMS of a VTEX account. */
export const VtexSettingsSchema = z
  .strictObject({
    /** The account's name: the first part of its address in the Admin. */
    account: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of a VTEX account, without a domain'),
    /** Instead of the account's host: a proxy, or a simulator. */
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
    /** Account settings > Application keys. One hook and one feed for each key: make one for Packline alone. */
    appKey: HeaderTextSchema,
    appToken: HeaderTextSchema.meta({ secret: true }),
    /** How new states reach us. The feed keeps what a hook lost, and the hook is faster. */
    ingest: z.enum(['hook', 'feed', 'both']).default('both'),
    /** Between two looks into an empty feed; 30 beside a hook, 5 without one. */
    feedPollSeconds: z.int().min(1).max(3_600).optional(),
    /**
     * VTEX does not sign its hooks. Once set, the hook is registered with a header `x-packline-key` of this value, and none is
     * believed without it.
     */
    hookKey: HeaderTextSchema.min(16).meta({ secret: true }).optional(),
    states: z
      .array(StateSchema)
      .min(1)
      .max(60)
      .default([...defaultStates]),
    /**
     * Sides of an order whose states count. Both: orders are taken at `ready-for-handling`, which only the fulfilling side
     * has, so none comes twice; and a cancellation is told on either.
     */
    domains: z
      .array(z.enum(['Marketplace', 'Fulfillment']))
      .min(1)
      .default(['Fulfillment', 'Marketplace']),
    /** Who says that handling began. `auto`: Packline, unless VTEX Pick and Pack has the order. */
    startHandling: z.enum(['packline', 'fulfilment', 'auto']).default('auto'),
    /**
     * Who changes the order at VTEX to what was picked, before it is invoiced. `auto`: Packline, unless VTEX Pick and Pack has the
     * order, which does it by itself. `manual`: the merchant, in the Admin or by a system of theirs.
     */
    modification: z.enum(['auto', 'manual']).default('auto'),
    /**
     * Who invoices. `manual`: the merchant, with `POST /v1/orders/{id}/invoices`. `auto`: Packline, once the order is ready for it
     * and what was picked is within the rules, with the order's id as the number; for merchants whose documents follow later.
     */
    invoicing: z.enum(['auto', 'manual']).default('manual'),
    /** Lines in the order's log at VTEX: who has it, and how it ended. None where the key lacks the permission (Checkout). */
    notes: z.boolean().default(true),
    /** What of an order's logistics is its store … */
    storeLocation: z.enum(['warehouse', 'dock', 'pickupPoint', 'seller']).default('warehouse'),
    /** … and the merchant's id for it, where that is another one. */
    storeLocations: z.record(z.string().min(1).max(128), ExternalIdSchema).default({}),
    /** Reading orders: documented for each account. */
    orderReadsPerMinute: z.int().min(60).max(60_000).default(6_000),
    /** Everything else: VTEX does not disclose its limits. Forty a second is the one number it gives (Pricing). */
    requestsPerSecond: z.int().min(1).max(500).default(40),
    /** Reads of orders in any second; and so many of them, and so many of everything else, under way at the same time. */
    orderReadsPerSecond: z.int().min(1).max(500).default(500),
    requestsAtOnce: z.int().min(1).max(100).default(100),
    rateMarginPercent: RateMarginPercentSchema,
    /** Products, prices and stock of the account, for a fulfilment connection; without it none are read. */
    pull: PullSettingsSchema.optional(),
  })
  .refine(({ invoicing, modification }) => invoicing === 'manual' || modification === 'auto', {
    path: ['invoicing'],
    error:
      'needs `modification` to be "auto": else VTEX would be invoiced for what was ordered, not for what was picked',
  });
export type VtexSettings = z.infer<typeof VtexSettingsSchema>;

/** Where the API is, without a slash at the end (Orders API, `servers`). */
export const toBaseUrl = ({ baseUrl, account }: VtexSettings): string =>
  (baseUrl ?? `https://${account}.vtexcommercestable.com.br`).replace(/\/+$/, '');

export const usesHook = ({ ingest }: VtexSettings): boolean => ingest !== 'feed';
export const usesFeed = ({ ingest }: VtexSettings): boolean => ingest !== 'hook';
