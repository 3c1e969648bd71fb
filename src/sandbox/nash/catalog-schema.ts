import { z } from 'zod';

/**
 * The bodies of Nash's catalog operations: OpenAPI 1.0.0 `ProductsInputSerializer` and `StoreInventoryListInputSerializer`,
 * with the row limits of the Pick and Pack guide (1,000 products, 10,000 inventory rows). `imageUrls` is required in the
 * guide and optional in the OpenAPI document; the pack size is a string in the document's schema and a number in its
 * example. Both are taken either way.
 */
const text = z.string().nullish();
const number = z.number().nullish();
const integer = z.int().nullish();
const texts = z.array(z.string()).nullish();

const productSchema = z.strictObject({
  externalIdentifier: text,
  sku: text,
  name: z.string(),
  description: text,
  imageUrls: texts,
  categories: z.array(z.string()),
  weight: z.number(),
  dimensions: z.object({ depth: number, width: number, height: number }),
  identifiers: z.array(z.object({ type: z.string(), value: z.string() })),
  attributes: texts,
  details: z
    .object({
      weightedItemInfo: z.object({ weightPerItem: number, weightUnit: text }).nullish(),
      sizeSpecification: z.object({ value: number, description: text }).nullish(),
      packSizeSpecification: z
        .object({ value: z.union([z.string(), z.number()]).nullish(), description: text })
        .nullish(),
      skillsRequired: texts,
      dropoffServiceTimeSeconds: z.int().min(0).nullish(),
    })
    .nullish(),
  providerConfigs: z
    .array(
      z.object({ provider: z.string(), serviceType: z.string(), categories: texts, enabled: z.boolean().nullish() }),
    )
    .nullish(),
});

const inventoryDetails = z
  .object({ weightedItemInfo: z.object({ valueCentsPerMeasurementUnit: integer }).nullish(), taxPercentage: number })
  .nullish();

const inventoryParts = {
  location: z.object({ aisle: text, bay: text, shelf: text }).nullish(),
  details: inventoryDetails,
  providerConfigs: z
    .array(
      z.object({
        provider: z.string(),
        serviceType: z.string(),
        valueCents: z.int(),
        currency: z.string(),
        details: inventoryDetails,
        available: z.boolean().nullish(),
        discount: z.object({ valueCents: z.int(), startTime: z.string(), endTime: z.string() }).nullish(),
        taxPercentage: number,
      }),
    )
    .nullish(),
};
/** What is more than a number of a row. */
export const inventoryPartsSchema = z.object(inventoryParts);

const inventorySchema = z.strictObject({
  externalProductId: text,
  externalStoreLocationId: text,
  quantity: integer,
  valueCents: integer,
  currency: text,
  available: z.boolean(),
  ...inventoryParts,
});

export const productsInputSchema = z.strictObject({ products: z.array(productSchema).max(1000) });
export const inventoryInputSchema = z.strictObject({ inventory: z.array(inventorySchema).max(10_000) });

export type ProductInput = z.output<typeof productSchema>;
export type InventoryInput = z.output<typeof inventorySchema>;
