import { z } from 'zod';

const weighing = z.strictObject({ weightKg: z.number().positive(), priceCents: z.int().min(0) });

/** What the picker does with one order line. Prices are line prices, as Nash's `price_cents` is. */
const pickSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('exact') }),
  /** Fewer than asked for; 0 is answered as a row with quantity 0. */
  z.strictObject({ outcome: z.literal('short'), quantity: z.int().min(0) }),
  /** Nothing, and no row either. */
  z.strictObject({ outcome: z.literal('missing') }),
  /** Another product: by default the first of the order's `substituteItems`. */
  z.strictObject({
    outcome: z.literal('substitute'),
    sku: z.string().optional(),
    name: z.string().optional(),
    quantity: z.int().min(1).optional(),
    priceCents: z.int().min(0).optional(),
  }),
  z.strictObject({ outcome: z.literal('weighed'), ...weighing.shape }),
  /** One label per pack. */
  z.strictObject({ outcome: z.literal('multi_scan'), scans: z.array(weighing).min(1) }),
]);

/** Body of `POST /_sandbox/nash/picks`: how one order is picked, set before or after it arrives. */
export const pickInstructionsSchema = z.strictObject({
  orgId: z.string().optional(),
  externalId: z.string(),
  /** By line id or SKU; several picks make several rows with one `requested_id`. */
  lines: z.record(z.string(), z.union([pickSchema, z.array(pickSchema)])).default({}),
  /** Answered as they are, in place of everything else: a delivery exactly as in a document. */
  rows: z.array(z.record(z.string(), z.unknown())).optional(),
});

export type Pick = z.output<typeof pickSchema>;
export type PickInstructions = z.output<typeof pickInstructionsSchema>;
