import * as z from 'zod';
import type { RowError } from './bulk-run.ts';
import { isWeighed, toWeightUnit } from './item-weight.ts';
import { ExternalIdSchema } from './order-input.ts';
import { RowWholeSchema, RowWordSchema } from './row-fields.ts';
import { defineRowReader } from './row-reading.ts';
import type { WithoutNulls } from './without-nulls.ts';

const CentimetresSchema = z.number().min(0).max(100_000);
const KilogramsSchema = z.number().min(0).max(100_000);

const WeightUnitSchema = z
  .string()
  .overwrite((word) => toWeightUnit(word) ?? word)
  .refine(isWeighed, { error: 'must be kg, g, lb or oz', params: { code: 'field.weight_unit' } });

/** The attribute of goods that are sold by weight, however it is spelled. */
export const weightedAttribute = 'WEIGHTED';
const AttributeSchema = RowWordSchema.overwrite((word) =>
  word.trim().toUpperCase() === weightedAttribute ? weightedAttribute : word,
);

const ProductDetailsSchema = z.strictObject({
  weightedItemInfo: z
    .strictObject({
      weightPerItem: z.number().positive().max(100_000).nullish(),
      weightUnit: WeightUnitSchema.nullish(),
      /** Taken with a warning: a price is of a store, and belongs into the inventory row. */
      valueCentsPerMeasurementUnit: RowWholeSchema.nullish(),
    })
    .nullish(),
  sizeSpecification: z
    .strictObject({ value: z.number().min(0).nullish(), description: z.string().max(300).nullish() })
    .nullish(),
  packSizeSpecification: z
    .strictObject({
      // Partners' documents have both.
      value: z.union([z.string().max(120), z.number().transform(String)]).nullish(),
      description: z.string().max(300).nullish(),
    })
    .nullish(),
  skillsRequired: z.array(RowWordSchema).max(50).nullish(),
  dropoffServiceTimeSeconds: z.int().min(0).max(86_400).nullish(),
});

/**
 * A product of the catalogue (`POST /v1/products`). `externalIdentifier` is its only key: a partner takes each row without
 * one for a product that it has never seen.
 */
export const ProductRowSchema = z
  .strictObject({
    externalIdentifier: ExternalIdSchema,
    sku: ExternalIdSchema.nullish(),
    name: z.string().min(1).max(300),
    description: z.string().max(10_000).nullish(),
    imageUrls: z
      .array(z.url({ protocol: /^https?$/ }).max(2048))
      .max(50)
      .nullish(),
    categories: z.array(z.string().min(1).max(300)).max(50),
    /** Kilograms. */
    weight: KilogramsSchema,
    /** Centimetres. */
    dimensions: z.strictObject({
      depth: CentimetresSchema.nullish(),
      height: CentimetresSchema.nullish(),
      width: CentimetresSchema.nullish(),
    }),
    identifiers: z.array(z.strictObject({ type: RowWordSchema, value: ExternalIdSchema })).max(50),
    attributes: z.array(AttributeSchema).max(50).nullish(),
    details: ProductDetailsSchema.nullish(),
    providerConfigs: z
      .array(
        z.strictObject({
          provider: RowWordSchema,
          serviceType: RowWordSchema,
          categories: z.array(z.string().min(1).max(300)).max(50).nullish(),
          enabled: z.boolean().nullish(),
        }),
      )
      .max(20)
      .nullish(),
  })
  .meta({ id: 'ProductRow' });
export type ProductRow = WithoutNulls<z.infer<typeof ProductRowSchema>>;

export const readProductRow = defineRowReader(ProductRowSchema, { warnOf: warnOfProduct });

export const productRowKey = (row: Pick<ProductRow, 'externalIdentifier'>): string => row.externalIdentifier;

const warn = (code: string, pointer: string, detail: string): RowError => ({ code, detail, pointer });
const weightedPointer = '/details/weightedItemInfo';

function warnOfProduct(row: ProductRow): RowError[] {
  const weighted = row.details?.weightedItemInfo;
  const isWeighted = row.attributes?.includes(weightedAttribute) ?? false;
  const warnings: RowError[] = [];
  if ((row.imageUrls ?? []).length === 0) {
    warnings.push(warn('product.no_image', '/imageUrls', 'pickers find products by their picture'));
  }
  if (isWeighted && weighted?.weightUnit === undefined) {
    const detail = 'without the unit of weight nobody can tell what a price per unit is a price of';
    warnings.push(warn('product.no_weight_unit', `${weightedPointer}/weightUnit`, detail));
  }
  if (!isWeighted && weighted !== undefined) {
    const detail = `is only for products with the attribute ${weightedAttribute}`;
    warnings.push(warn('product.not_weighted', weightedPointer, detail));
  }
  if (weighted?.valueCentsPerMeasurementUnit !== undefined) {
    const detail = 'is not sent from here: a price belongs to a store, into the same field of the inventory row';
    warnings.push(warn('product.price_elsewhere', `${weightedPointer}/valueCentsPerMeasurementUnit`, detail));
  }
  return warnings;
}
