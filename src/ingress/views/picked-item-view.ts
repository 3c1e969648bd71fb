import * as z from 'zod';
import type { LabelContext } from '../../domain/gs1/label.ts';
import { readPickedLabels } from '../../domain/gs1/read-picked-labels.ts';
import type { PickedItem } from '../../domain/picking.ts';
import { LabelSchema, toLabelView } from './label-view.ts';

const BarcodeSchema = z.strictObject({
  barcode: z.string().nullable(),
  format: z.string().nullable(),
  isVariableWeight: z.boolean().nullable(),
  weight: z.number().nullable(),
  weightUnit: z.string().nullable(),
  priceCents: z.number().nullable(),
  productCode: z.string().nullable(),
  expirationDate: z.string().nullable(),
});

/** What the picker put in the bag: Nash's 12 fields in its own names (Pick and Pack, "Picked items"), and two of ours. */
export const PickedItemSchema = z
  .strictObject({
    id: z.string().nullable(),
    sku: z.string(),
    name: z.string(),
    status: z.string(),
    quantity: z.number(),
    requested_quantity: z.number().nullable(),
    weight: z.number().nullable().meta({ description: 'Net kilograms' }),
    price_cents: z.number().meta({ description: 'Of the whole line' }),
    requested_id: z.string(),
    requested_sku: z.string(),
    scanned_barcode: z.string().nullable(),
    scans: z
      .array(z.strictObject({ substitutionType: z.string().nullable(), barcodes: z.array(BarcodeSchema) }))
      .nullable(),
    lineId: z.string().nullable().meta({ description: 'The order’s line; null when it has no such line' }),
    weightGrams: z.int().nullable(),
    labels: z
      .array(LabelSchema)
      .meta({ description: 'What the scanned codes say, as Packline reads them; one for each scan that has one' }),
  })
  .meta({ id: 'PickedItem' });

export const toPickedItemView = (item: PickedItem, context: LabelContext): z.input<typeof PickedItemSchema> => ({
  ...item,
  scans: item.scans?.map((scan) => ({ ...scan, barcodes: [...scan.barcodes] })) ?? null,
  labels: readPickedLabels(item, context).map(toLabelView),
});
