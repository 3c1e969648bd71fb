import { createHash } from 'node:crypto';
import type { InventoryRow } from '../../../domain/inventory-row.ts';
import type { ProductRow } from '../../../domain/product-row.ts';

/**
 * An id in Nash's form for what Nash has not named yet, or not to us: the same for the same thing, whenever it is asked for,
 * and of one merchant only.
 */
export function ourNashId(prefix: 'prod' | 'inv' | 'stl', merchantId: string, ...key: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([prefix, merchantId, ...key]));
  // Base64url has two characters that Nash's ids have not.
  return `${prefix}_${hash.digest('base64url').replaceAll(/[-_]/g, '').slice(0, 22)}`;
}

/** Nash OpenAPI 1.0.0 `ProductOutputSerializer`: every field, null when unset. */
export const toNashProduct = (row: ProductRow, id: string) => ({
  id,
  externalIdentifier: row.externalIdentifier,
  sku: row.sku ?? null,
  name: row.name,
  description: row.description ?? null,
  imageUrls: row.imageUrls ?? null,
  categories: row.categories,
  weight: row.weight,
  dimensions: {
    depth: row.dimensions.depth ?? null,
    width: row.dimensions.width ?? null,
    height: row.dimensions.height ?? null,
  },
  identifiers: row.identifiers,
  attributes: row.attributes ?? null,
  details: row.details ?? null,
  providerConfigs: row.providerConfigs ?? null,
});

export interface InventoryIds {
  id: string;
  productId: string;
  storeLocationId: string;
}

/** Nash OpenAPI 1.0.0 `StoreInventoryOutputSerializer`: every field, null when unset, an unset quantity as 0. */
export const toNashInventory = (row: InventoryRow, { id, productId, storeLocationId }: InventoryIds) => ({
  id,
  productId,
  externalProductId: row.externalProductId,
  storeLocationId,
  externalStoreLocationId: row.externalStoreLocationId,
  quantity: row.quantity ?? 0,
  valueCents: row.valueCents ?? null,
  currency: row.currency ?? null,
  available: row.available,
  location: row.location ?? null,
  details: row.details ?? null,
  providerConfigs: row.providerConfigs ?? null,
});

type Listed = Readonly<Record<string, unknown>>;
const wordOf = (row: Listed, name: string): string | undefined => {
  const value = row[name];
  return typeof value === 'string' ? value : undefined;
};

/** A listed row, which need not be one of ours: the same fields, and our id where it has our key. */
export function toListedProduct(row: Listed, merchantId: string, partnerId: string) {
  const key = wordOf(row, 'externalIdentifier');
  const id = key === undefined ? partnerId : ourNashId('prod', merchantId, key);
  const sides = typeof row['dimensions'] === 'object' ? row['dimensions'] : null;
  const dimensions = { depth: null, width: null, height: null, ...sides };
  return { ...withNulls(row, productFields), dimensions, id };
}

export function toListedInventory(row: Listed, merchantId: string, partnerId: string) {
  const product = wordOf(row, 'externalProductId');
  const place = wordOf(row, 'externalStoreLocationId');
  const isOurs = product !== undefined && place !== undefined;
  return {
    ...withNulls(row, inventoryFields),
    quantity: row['quantity'] ?? 0,
    id: isOurs ? ourNashId('inv', merchantId, product, place) : partnerId,
    productId: product === undefined ? null : ourNashId('prod', merchantId, product),
    storeLocationId: place === undefined ? null : ourNashId('stl', merchantId, place),
  };
}

const productFields = [
  'externalIdentifier', 'sku', 'name', 'description', 'imageUrls', 'categories', 'weight', 'identifiers', 'attributes',
  'details', 'providerConfigs',
] as const; // prettier-ignore
const inventoryFields = [
  'externalProductId', 'externalStoreLocationId', 'valueCents', 'currency', 'available', 'location', 'details',
  'providerConfigs',
] as const; // prettier-ignore

const withNulls = (row: Listed, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? null]));

/** The catalog's list envelope, one of Nash's three. */
export const toNashPage = (
  name: 'products' | 'inventory',
  items: readonly object[],
  totalResults: number,
): Record<string, unknown> => ({ [name]: items, totalResults });
