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
  /** Who picks and who drives, as the people in the store write them. */
  picker: z.string().min(1).default('picker-1'),
  courier: z.string().min(1).default('Courier One'),
  /** Reads are this old (ms at speed 1) before they are made anew. */
  cacheMs: z.int().min(0).default(30_000),
  requestsPerSecond: z.int().min(1).default(500),
  requestsAtOnce: z.int().min(1).default(100),
  webhooks: z
    .array(
      z.strictObject({
        url: z.url(),
        type: z.enum(['ORDER_STATUS', 'INVOICING', 'WORKSHEET_STATUS', 'RETURN_STATUS']).default('ORDER_STATUS'),
        headers: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
  /** Waits (ms at speed 1) before a webhook that was not answered 2xx is sent again. No retry is documented: none by default. */
  hookRetriesMs: z.array(z.int().min(0)).max(5).default([]),
  /**
   * Webhooks speak of READY_FOR_HANDLING. Otherwise they call it PENDING, so that the first one is the documented
   * PENDING -> READY_FOR_PICKING.
   */
  hooksTellImport: z.boolean().default(false),
  /** After PICKING webhooks tell of this status too, which no document knows and the order never has. */
  strayHookStatus: z.string().min(1).nullable().default(null),
});
export type PnpAccountInput = z.input<typeof pnpAccountSchema>;
export type PnpAccountSettings = z.output<typeof pnpAccountSchema>;
export type Webhook = PnpAccountSettings['webhooks'][number];

export const demoPnpAccount = {
  account: 'demomarket',
  apiKey: `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`,
} as const satisfies PnpAccountInput;
