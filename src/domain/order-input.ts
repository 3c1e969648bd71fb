import * as z from 'zod';
import { AddressSchema } from './address.ts';
import { CurrencySchema, MinorAmountSchema } from './money.ts';
import { InstantSchema } from './time.ts';
import { WeightGramsSchema } from './weight.ts';

const externalIdMax = 128;
// oxlint-disable-next-line no-control-regex
const externalIdPattern = /^(?!\.{1,2}$)[^\u0000-\u001f\u007f]+$/;

/**
 * An id that another system gave. Kept as it is; no control characters and no `.` or `..`, because it travels in URLs and
 * headers.
 */
export const ExternalIdSchema = z
  .string()
  .max(externalIdMax)
  .regex(externalIdPattern, 'must have a character, no control characters, and not be . or ..');

/** The same, where it is asked of millions. */
export const isExternalId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= externalIdMax && externalIdPattern.test(value);

/** What the customer accepts when a line is not on the shelf. */
export const SubstitutionSchema = z
  .strictObject({
    preference: z.enum(['refund', 'substitute', 'contact']),
    source: z.enum(['merchant', 'customer']).optional(),
    substitutes: z
      .array(
        z.strictObject({
          sku: ExternalIdSchema,
          quantity: z.int().min(1).max(100_000),
          weightGrams: WeightGramsSchema.meta({ description: 'Grams, of all units together' }).optional(),
        }),
      )
      .max(50)
      .optional(),
  })
  .meta({ id: 'Substitution' });

/** One requested item. Keyed by its own `id`: the same SKU may stand on two lines. */
export const LineSchema = z
  .strictObject({
    id: ExternalIdSchema,
    sku: ExternalIdSchema,
    name: z.string().min(1).max(300),
    quantity: z.int().min(1).max(100_000),
    unitPriceMinor: MinorAmountSchema,
    gtin: z
      .string()
      .regex(/^\d{8}$|^\d{12,14}$/, 'GTIN-8, -12, -13 or -14')
      .optional(),
    weighted: z.boolean().optional(),
    requestedWeightGrams: WeightGramsSchema.meta({ description: 'Grams, of all units together' }).optional(),
    substitution: SubstitutionSchema.optional(),
    imageUrl: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
    aisle: z.string().max(60).optional(),
    notes: z.string().max(500).optional(),
  })
  .meta({ id: 'Line' });
export type Line = z.infer<typeof LineSchema>;

export const RecipientSchema = z
  .strictObject({
    name: z.string().min(1).max(160),
    phone: z.string().min(3).max(32).optional(),
    email: z.email().max(254).optional(),
    address: AddressSchema.optional(),
  })
  .meta({ id: 'Recipient' });
export type Recipient = z.infer<typeof RecipientSchema>;

export const WindowSchema = z
  .strictObject({ from: InstantSchema, to: InstantSchema })
  .refine((window) => Date.parse(window.to) > Date.parse(window.from), { path: ['to'], message: 'must be after from' })
  .meta({ id: 'Window' });

export const TotalsSchema = z
  .strictObject({
    itemsMinor: MinorAmountSchema,
    shippingMinor: MinorAmountSchema,
    taxMinor: MinorAmountSchema,
    grandTotalMinor: MinorAmountSchema,
  })
  .meta({ id: 'Totals' });

const linesUnique = (lines: readonly Line[]): boolean => new Set(lines.map((line) => line.id)).size === lines.length;
export const LinesSchema = z.array(LineSchema).min(1).max(1000).refine(linesUnique, 'line ids must be unique');
const NotesSchema = z.string().max(2000);
const MetadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(500))
  .refine((record) => Object.keys(record).length <= 50, 'at most 50 entries');

/** An order as any OMS posts it (`POST /v1/orders`). */
export const OrderInputSchema = z
  .strictObject({
    externalId: ExternalIdSchema,
    placedAt: InstantSchema,
    currency: CurrencySchema,
    storeLocationId: ExternalIdSchema,
    fulfilment: z.enum(['delivery', 'pickup']),
    window: WindowSchema,
    recipient: RecipientSchema,
    lines: LinesSchema,
    totals: TotalsSchema,
    notes: NotesSchema.optional(),
    metadata: MetadataSchema.optional(),
    channel: z.string().min(1).max(60).optional(),
  })
  .refine((order) => order.fulfilment === 'pickup' || order.recipient.address !== undefined, {
    path: ['recipient', 'address'],
    message: 'required for delivery',
  })
  .meta({ id: 'OrderInput' });
export type OrderInput = z.infer<typeof OrderInputSchema>;

/** What may change while the state allows it (`PATCH /v1/orders/{id}`). Each given field replaces the old one whole. */
export const OrderPatchSchema = z
  .strictObject({
    recipient: RecipientSchema.optional(),
    window: WindowSchema.optional(),
    lines: LinesSchema.optional(),
    totals: TotalsSchema.optional(),
    notes: NotesSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'OrderPatch' });
export type OrderPatch = z.infer<typeof OrderPatchSchema>;
