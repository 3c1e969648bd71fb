import type { InventoryRow } from '../../../domain/inventory-row.ts';
import type { ProductRow } from '../../../domain/product-row.ts';

/**
 * Rows as Nash takes them (OpenAPI 1.0.0 `ProductInputSerializer`, `StoreInventoryInputSerializer`), field by field: what
 * our rows may have one day is not sent before somebody has looked whether Nash knows it. Always in this order, so that
 * equal rows are equal text.
 */
export const fromProduct = (row: ProductRow): string =>
  JSON.stringify({
    externalIdentifier: row.externalIdentifier,
    sku: row.sku,
    name: row.name,
    description: row.description,
    imageUrls: row.imageUrls,
    categories: row.categories,
    weight: row.weight,
    dimensions: row.dimensions,
    identifiers: row.identifiers,
    attributes: row.attributes,
    details: row.details && fromProductDetails(row.details),
    providerConfigs: row.providerConfigs,
  });

/**
 * The price per unit of weight stays behind: the guide writes of it near the product, the document has it in the inventory
 * alone, and prices are of a store. The pack's size is a text by the schema, though the document's example is a number.
 */
const fromProductDetails = (details: NonNullable<ProductRow['details']>) => ({
  weightedItemInfo: details.weightedItemInfo && {
    weightPerItem: details.weightedItemInfo.weightPerItem,
    weightUnit: details.weightedItemInfo.weightUnit,
  },
  sizeSpecification: details.sizeSpecification,
  packSizeSpecification: details.packSizeSpecification,
  skillsRequired: details.skillsRequired,
  dropoffServiceTimeSeconds: details.dropoffServiceTimeSeconds,
});

export const fromInventory = (row: InventoryRow): string =>
  JSON.stringify({
    externalProductId: row.externalProductId,
    externalStoreLocationId: row.externalStoreLocationId,
    available: row.available,
    quantity: row.quantity,
    valueCents: row.valueCents,
    currency: row.currency,
    location: row.location,
    details: row.details && fromInventoryDetails(row.details),
    providerConfigs: row.providerConfigs,
  });

const fromInventoryDetails = (details: NonNullable<InventoryRow['details']>) => ({
  weightedItemInfo: details.weightedItemInfo,
  taxPercentage: details.taxPercentage,
});
