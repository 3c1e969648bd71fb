import * as z from 'zod';
import { ExternalIdSchema } from './order-input.ts';
import { readPlainInventoryRow } from './plain-inventory-row.ts';
import { RowCurrencySchema, RowWholeSchema, RowWordSchema, TaxShareSchema } from './row-fields.ts';
import { defineRowReader } from './row-reading.ts';
import { InstantSchema } from './time.ts';
import type { WithoutNulls } from './without-nulls.ts';

const InventoryDetailsSchema = z.strictObject({
  /** Price per kilogram, or whatever unit the product's `details.weightedItemInfo.weightUnit` names. */
  weightedItemInfo: z.strictObject({ valueCentsPerMeasurementUnit: RowWholeSchema.nullish() }).nullish(),
  taxPercentage: TaxShareSchema.nullish(),
});

/** A product's stock, price and place in one store (`POST /v1/inventory`). Product and store are its key. */
export const InventoryRowSchema = z
  .strictObject({
    externalProductId: ExternalIdSchema,
    externalStoreLocationId: ExternalIdSchema,
    available: z.boolean(),
    /** Whole units, of weighed goods, too. */
    quantity: RowWholeSchema.nullish(),
    valueCents: RowWholeSchema.nullish(),
    currency: RowCurrencySchema.nullish(),
    location: z
      .strictObject({
        aisle: RowWordSchema.nullish(),
        bay: RowWordSchema.nullish(),
        shelf: RowWordSchema.nullish(),
      })
      .nullish(),
    details: InventoryDetailsSchema.nullish(),
    providerConfigs: z
      .array(
        z.strictObject({
          provider: RowWordSchema,
          serviceType: RowWordSchema,
          valueCents: RowWholeSchema,
          currency: RowCurrencySchema,
          details: InventoryDetailsSchema.nullish(),
          available: z.boolean().nullish(),
          discount: z
            .strictObject({ valueCents: RowWholeSchema, startTime: InstantSchema, endTime: InstantSchema })
            .nullish(),
          taxPercentage: TaxShareSchema.nullish(),
        }),
      )
      .max(20)
      .nullish(),
  })
  .meta({ id: 'InventoryRow' });
export type InventoryRow = WithoutNulls<z.infer<typeof InventoryRowSchema>>;

export const readInventoryRow = defineRowReader(InventoryRowSchema, { readPlain: readPlainInventoryRow });

/** What two rows about the same thing have in common. */
export const inventoryRowKey = (row: Pick<InventoryRow, 'externalProductId' | 'externalStoreLocationId'>): string =>
  `${row.externalStoreLocationId}\n${row.externalProductId}`;
