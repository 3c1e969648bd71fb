import * as z from 'zod';
import { IdSchema } from '../../../domain/ids.ts';
import { ExternalIdSchema } from '../../../domain/order-input.ts';
import { RowCurrencySchema } from '../../../domain/row-fields.ts';
import type { PullPolicy } from '../catalog-source.ts';

/** What a merchant gives to have products, prices and stock of a VTEX account pulled. */
export const PullSettingsSchema = z.strictObject({
  /** Off: notifications are answered and forgotten, and nothing is read. */
  enabled: z.boolean().default(true),
  /** The fulfilment connection that the rows go to. */
  connectionId: IdSchema('connection'),
  /** The trade policy (sales channel): what is not in it is not sold, and its fixed prices count before the base price. */
  salesChannel: z.string().regex(/^\d{1,9}$/, 'must be the number of a trade policy'),
  /** Prices come without one. */
  currency: RowCurrencySchema,
  /** The merchant's store of each warehouse, by VTEX's id of it; null for one whose stock is not wanted. */
  warehouses: z.record(z.string().min(1).max(128), ExternalIdSchema.nullable()),
  /** Believe notifications of this affiliate only. */
  affiliateId: z.string().min(1).max(60).optional(),
  /** Of the weights in the catalogue: as the account has it, grams unless somebody changed it. */
  weightUnit: z.enum(['g', 'kg']).default('g'),
  /** Goods without an EAN are refused, unless they are sold by weight; false takes them all. */
  requireEan: z.boolean().default(true),
  /** Hours between two complete reads; 0: only when somebody asks. */
  fullHours: z.int().min(0).max(720).default(24),
  /** Seconds between two batches of changes; the first one after a silence goes at once. */
  pauseSeconds: z.int().min(1).max(3_600).default(30),
  /** Of each of the three calls: the catalogue's limit is documented for each endpoint. */
  readsPerMinute: z.int().min(60).max(60_000).default(15_000),
  /** Instead of VTEX's own host: a proxy, or a simulator. */
  pricingBaseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional(),
});
export type PullSettings = z.infer<typeof PullSettingsSchema>;

/** Where prices are, without a slash at the end. */
export const toPricingUrl = ({ account, pull }: { account: string; pull?: PullSettings | undefined }): string =>
  (pull?.pricingBaseUrl ?? `https://api.vtex.com/${account}/pricing`).replace(/\/+$/, '');

export const toPullPolicy = (pull: PullSettings | undefined): PullPolicy | null =>
  pull?.enabled !== true
    ? null
    : {
        targetId: pull.connectionId,
        fullEveryMs: pull.fullHours === 0 ? null : pull.fullHours * 3_600_000,
        pauseMs: pull.pauseSeconds * 1_000,
      };
