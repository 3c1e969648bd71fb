import { z } from 'zod';

/** What the merchant has set in the Admin, and how the simulated store behaves. */
export const pnpAccountSchema = z.strictObject({
  account: z.string(),
  /** `<32 hex>:<128 hex>`. */
  apiKey: z.string().regex(/^[0-9a-f]{32}:[0-9a-f]{128}$/),
  /** Orders are imported by themselves when they are ready for handling … */
  importing: z.boolean().default(true),
  importDelayMs: z.int().min(0).default(500),
  /** … unless the store filters leave their warehouse out. */
  excludeWarehouseIds: z.array(z.string()).default([]),
  /** Pick and Pack tells the OMS that handling began. */
  startHandling: z.boolean().default(true),
  packing: z.enum(['afterPicking', 'afterInvoice']).default('afterPicking'),
  /** False: a cancellation in the OMS does not arrive (known issue 1259680). */
  followsCancel: z.boolean().default(true),
  statusStyle: z.enum(['enumA', 'draft16']).default('enumA'),
  tokenStyle: z.enum(['envelope', 'bare']).default('envelope'),
  tokenSeconds: z.int().min(1).default(900),
  /** Reads are this old (ms at speed 1) before they are made anew. */
  cacheMs: z.int().min(0).default(30_000),
  requestsPerSecond: z.int().min(1).default(500),
  webhooks: z
    .array(
      z.strictObject({
        url: z.url(),
        type: z.enum(['ORDER_STATUS', 'INVOICING', 'WORKSHEET_STATUS', 'RETURN_STATUS']).default('ORDER_STATUS'),
        headers: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
});
export type PnpAccountSettings = z.output<typeof pnpAccountSchema>;

export const demoPnpAccount = {
  account: 'demomarket',
  apiKey: `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`,
} as const satisfies z.input<typeof pnpAccountSchema>;
