import type { Books } from '../books.ts';
import { makeId } from '../make-id.ts';
import type { NashAnswers } from './answers.ts';
import type { InventoryInput, ProductInput } from './catalog-schema.ts';
import type { Stores } from './stores.ts';

export type Product = ProductInput & { id: string };

export interface InventoryRow extends InventoryInput {
  id: string;
  productId: string;
  storeLocationId: string;
}

type Body = Record<string, unknown>;

export interface Catalog {
  /** Upserts by externalIdentifier (a product without one is always new) and answers the echo: no list of errors. */
  putProducts(products: ProductInput[]): Body[];
  /** Upserts by product and store. A row that matches no product or store is a 200 without complaint, and stores nothing. */
  putInventory(rows: InventoryInput[]): Body[];
  products(): Product[];
  inventory(): InventoryRow[];
  /** By SKU, external identifier or id. */
  findProduct(key: string): Product | undefined;
  /** Price per kilogram (or other measurement unit) of a weighed product, from any store that has one. */
  findUnitCents(sku: string): number | undefined;
}

interface CatalogDeps {
  books: Books;
  orgId: string;
  stores: Stores;
  answers: NashAnswers;
}

export function createCatalog({ books, orgId, stores, answers }: CatalogDeps): Catalog {
  const products = new Map<string, Product>();
  const byKey = new Map<string, Product>();
  const inventory = new Map<string, InventoryRow>();

  const put = (input: ProductInput): Product => {
    const known = typeof input.externalIdentifier === 'string' ? products.get(input.externalIdentifier) : undefined;
    const product = { ...input, id: known?.id ?? makeId('prod') };
    const key = input.externalIdentifier ?? product.id;
    products.set(key, product);
    for (const name of [input.sku, input.externalIdentifier, product.id])
      if (typeof name === 'string') byKey.set(name, product);
    books.addEffect(orgId, `product:${key}`, known === undefined ? 'product.created' : 'product.updated');
    return product;
  };

  const putRow = (input: InventoryInput): Body | undefined => {
    const { externalProductId, externalStoreLocationId } = input;
    const product = typeof externalProductId === 'string' ? products.get(externalProductId) : undefined;
    const storeLocationId =
      typeof externalStoreLocationId === 'string' ? stores.idOf(externalStoreLocationId) : undefined;
    if (product === undefined || storeLocationId === undefined) {
      books.addCount('inventory.orphanRows');
      return answers.orphanRows === 'omitted'
        ? undefined
        : toInventoryBody({
            ...input,
            id: null,
            productId: product?.id ?? null,
            storeLocationId: storeLocationId ?? null,
          });
    }
    const key = `inventory:${externalStoreLocationId ?? ''}:${externalProductId ?? ''}`;
    const known = inventory.get(key);
    const row = { ...input, id: known?.id ?? makeId('inv'), productId: product.id, storeLocationId };
    inventory.set(key, row);
    books.addEffect(orgId, key, known === undefined ? 'inventory.created' : 'inventory.updated');
    return toInventoryBody(row);
  };

  return {
    putProducts: (inputs) => inputs.map((input) => toProductBody(put(input))),
    putInventory: (rows) => rows.map(putRow).filter((body) => body !== undefined),
    products: () => [...products.values()],
    inventory: () => [...inventory.values()],
    findProduct: (key) => byKey.get(key),
    findUnitCents(sku) {
      const product = byKey.get(sku);
      for (const row of inventory.values()) {
        const cents =
          row.productId === product?.id ? row.details?.weightedItemInfo?.valueCentsPerMeasurementUnit : undefined;
        if (typeof cents === 'number') return cents;
      }
      return undefined;
    },
  };
}

/** `ProductOutputSerializer`: every field, null when unset. */
export const toProductBody = (product: Product): Body => ({
  id: product.id,
  externalIdentifier: product.externalIdentifier ?? null,
  sku: product.sku ?? null,
  name: product.name,
  description: product.description ?? null,
  imageUrls: product.imageUrls ?? null,
  categories: product.categories,
  weight: product.weight,
  dimensions: product.dimensions,
  identifiers: product.identifiers,
  attributes: product.attributes ?? null,
  details: product.details ?? null,
  providerConfigs: product.providerConfigs ?? null,
});

type InventoryEcho = InventoryInput & { [Key in 'id' | 'productId' | 'storeLocationId']: string | null };

/** `StoreInventoryOutputSerializer`: every field, null when unset, an unset quantity as 0. */
export const toInventoryBody = (row: InventoryEcho): Body => ({
  id: row.id,
  productId: row.productId,
  storeLocationId: row.storeLocationId,
  externalProductId: row.externalProductId ?? null,
  externalStoreLocationId: row.externalStoreLocationId ?? null,
  quantity: row.quantity ?? 0,
  valueCents: row.valueCents ?? null,
  currency: row.currency ?? null,
  available: row.available,
  location: row.location ?? null,
  details: row.details ?? null,
  providerConfigs: row.providerConfigs ?? null,
});
