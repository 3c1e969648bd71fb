import { z } from 'zod';

/** What a simulated VTEX account is like. */
export const accountSchema = z.strictObject({
  account: z.string().regex(/^[a-z0-9-]+$/),
  appKey: z.string().min(1),
  appToken: z.string().min(1),
  /** License Manager resources of the key; without one its calls are 403. */
  permissions: z
    .strictObject({
      orders: z.boolean().default(true),
      events: z.boolean().default(true),
      catalog: z.boolean().default(true),
    })
    .default({ orders: true, events: true, catalog: true }),
  limits: z
    .strictObject({
      orderReadsPerMinute: z.int().min(1).default(6_000),
      /** Of each endpoint of the catalogue, prices and stock. */
      catalogReadsPerMinute: z.int().min(1).default(15_000),
    })
    .default({ orderReadsPerMinute: 6_000, catalogReadsPerMinute: 15_000 }),
  /** `short`: notifications without `LastState` and `CurrentChange`, as the guide prints them. */
  hookStyle: z.enum(['full', 'short']).default('full'),
  /** Every move is told of the marketplace's side too. */
  bothDomains: z.boolean().default(false),
  /** Picked orders become `ready-for-invoicing` (stores with picking and packing). */
  readyForInvoicing: z.boolean().default(true),
  /** Somebody's ERP, which invoices what was picked as soon as it may. */
  erp: z.strictObject({ invoices: z.boolean().default(true) }).default({ invoices: true }),
  changes: z
    .strictObject({
      /** Between two states of a modification, at speed 1. */
      stepMs: z.int().min(0).default(500),
      /** VTEX does not say how it rounds; its examples truncate (1699 x 0.19 = 322). */
      rounding: z.enum(['nearest', 'down']).default('nearest'),
    })
    .default({ stepMs: 500, rounding: 'nearest' }),
  feed: z
    .strictObject({
      /** Shares of reads that answer nothing, and of events that are handed out twice. */
      emptyShare: z.number().min(0).max(1).default(0),
      duplicateShare: z.number().min(0).max(1).default(0),
    })
    .default({ emptyShare: 0, duplicateShare: 0 }),
});
export type AccountSettings = z.output<typeof accountSchema>;

export const demoAccount = {
  account: 'demomarket',
  appKey: 'vtexappkey-demomarket-DEMOKE',
  appToken: 'vtex_demo_token',
} as const satisfies z.input<typeof accountSchema>;
