import type { InventoryToPut, ProductToPut } from '../../../src/connectors/fulfilment/catalog.ts';
import type { InventoryRow } from '../../../src/domain/inventory-row.ts';
import type { ProductRow } from '../../../src/domain/product-row.ts';
import { fromInventory, fromProduct } from '../../../src/connectors/fulfilment/nash/catalog-body.ts';

export const productRow = (externalIdentifier: string, changes: Partial<ProductRow> = {}): ProductRow => ({
  externalIdentifier,
  sku: externalIdentifier,
  name: `Product ${externalIdentifier}`,
  categories: ['Pantry'],
  weight: 0.145,
  dimensions: { depth: 3, height: 18, width: 12 },
  identifiers: [{ type: 'EAN', value: '1234567890128' }],
  ...changes,
});

export const inventoryRow = (externalProductId: string, changes: Partial<InventoryRow> = {}): InventoryRow => ({
  externalProductId,
  externalStoreLocationId: 'store_001',
  available: true,
  quantity: 42,
  valueCents: 440,
  currency: 'AUD',
  ...changes,
});

export const productToPut = (row: ProductRow): ProductToPut => ({
  externalIdentifier: row.externalIdentifier,
  text: fromProduct(row),
});

export const inventoryToPut = (row: InventoryRow): InventoryToPut => ({
  externalProductId: row.externalProductId,
  externalStoreLocationId: row.externalStoreLocationId,
  text: fromInventory(row),
});

/** A row of Nash's echo: `StoreInventoryOutputSerializer`. */
export const inventoryEcho = (row: InventoryRow, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: `inv_${row.externalProductId}`,
  productId: `prod_${row.externalProductId}`,
  storeLocationId: `stl_${row.externalStoreLocationId}`,
  location: null,
  details: null,
  providerConfigs: null,
  ...row,
  ...changes,
});
