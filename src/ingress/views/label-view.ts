import * as z from 'zod';
import type { Label } from '../../domain/gs1/label.ts';

const day = z.string().nullable().meta({ description: 'YYYY-MM-DD' });
const NumberSchema = z.strictObject({ digits: z.string(), checkDigitOk: z.boolean() });

/** What a scanned code says (`domain/gs1/label.ts`), null where it does not. */
export const LabelSchema = z
  .strictObject({
    kind: z.enum(['none', 'gs1', 'gtin8', 'gtin12', 'gtin13', 'gtin14', 'sscc', 'opaque']),
    gtin: z.union([NumberSchema, z.null()]),
    sscc: z.union([NumberSchema, z.null()]),
    netWeightGrams: z.int().nullable(),
    priceMinor: z.int().nullable(),
    currency: z.string().nullable().meta({ description: 'Only where the label names one' }),
    batch: z.string().nullable(),
    serial: z.string().nullable(),
    count: z.int().nullable(),
    producedOn: day,
    packedOn: day,
    bestBefore: day,
    sellBy: day,
    expiresOn: day,
    itemReference: z.string().nullable().meta({ description: 'Within a number of the shop’s own, by its template' }),
    unread: z.array(z.strictObject({ text: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Label' });

const toNumber = (number: Label['gtin']): z.input<typeof NumberSchema> | null =>
  number === null ? null : { digits: number.digits, checkDigitOk: number.checkDigitOk };

export const toLabelView = (label: Label): z.input<typeof LabelSchema> => ({
  kind: label.kind,
  gtin: toNumber(label.gtin),
  sscc: toNumber(label.sscc),
  netWeightGrams: label.netWeightGrams,
  priceMinor: label.price?.minorUnits ?? null,
  currency: label.price?.currency ?? null,
  batch: label.batch,
  serial: label.serial,
  count: label.count,
  producedOn: label.producedOn,
  packedOn: label.packedOn,
  bestBefore: label.bestBefore,
  sellBy: label.sellBy,
  expiresOn: label.expiresOn,
  itemReference: label.itemReference,
  unread: label.unread.map(({ text, reason }) => ({ text, reason })),
});
