import type { Books } from '../books.ts';
import { makeId } from '../make-id.ts';
import type { NashAnswers } from './answers.ts';
import type { InventoryInput, ProductInput } from './catalog-schema.ts';
import { createInventoryBook, type InventoryRow } from './inventory-book.ts';
import { createSilence } from './silence.ts';
import type { Stores } from './stores.ts';

export type Product = ProductInput & { id: string };

type Body = Record<string, unknown>;

/** What is left out matches everything. */
export interface InventoryFilter {
  externalStoreLocationId?: string | undefined;
  externalProductId?: string | undefined;
}

/** Rows of inventory, the oldest first, each made when it is asked for. */
export interface InventoryView {
  count: number;
  at: (index: number) => InventoryRow | undefined;
}

export interface Catalog {
  /** Upserts by externalIdentifier (a product without one is always new) and answers the echo: no list of errors. */
  putProducts(products: readonly ProductInput[]): Body[];
  /** Upserts by product and store. A row that matches no product or store is a 200 without complaint, and stores nothing. */
  putInventory(rows: readonly InventoryInput[]): Body[];
  products(): readonly Product[];
  inventory(filter?: InventoryFilter): InventoryView;
  counts(): { products: number; inventoryRows: number; inventoryUpdates: number; orphanRows: number };
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
  const products: Product[] = [];
  /** Where a product stands in `products`, by its external identifier. */
  const places = new Map<string, number>();
  const byKey = new Map<string, Product>();
  const storePlaces = new Map<string, number>();
  const storeList: { id: string; externalId: string }[] = [];
  const silence = { products: createSilence(answers), inventory: createSilence(answers) };
  let orphanRows = 0;

  const mustHave = <Item>(list: readonly Item[], place: number): Item => {
    const item = list[place];
    if (item === undefined) throw new Error(`the catalog has no place ${place}`);
    return item;
  };
  const book = createInventoryBook({
    idPrefix: makeId('inv').slice(0, 14),
    productAt: (place) => mustHave(products, place),
    storeAt: (place) => mustHave(storeList, place),
  });

  const put = (input: ProductInput): Product => {
    const known = typeof input.externalIdentifier === 'string' ? places.get(input.externalIdentifier) : undefined;
    const product = { ...input, id: known === undefined ? makeId('prod') : mustHave(products, known).id };
    products[known ?? products.length] = product;
    const key = input.externalIdentifier ?? product.id;
    if (known === undefined) places.set(key, products.length - 1);
    for (const name of [input.sku, input.externalIdentifier, product.id])
      if (typeof name === 'string') byKey.set(name, product);
    books.addEffect(orgId, `product:${key}`, known === undefined ? 'product.created' : 'product.updated');
    return product;
  };

  /** Undefined where the organisation has no such store. */
  const placeOfStore = (externalId: string): number | undefined => {
    const known = storePlaces.get(externalId);
    if (known !== undefined) return known;
    const id = stores.idOf(externalId);
    if (id === undefined) return undefined;
    const place = storeList.push({ id, externalId }) - 1;
    storePlaces.set(externalId, place);
    return place;
  };

  const putRow = (input: InventoryInput): Body | undefined => {
    const { externalProductId, externalStoreLocationId } = input;
    const product = typeof externalProductId === 'string' ? places.get(externalProductId) : undefined;
    const store = typeof externalStoreLocationId === 'string' ? placeOfStore(externalStoreLocationId) : undefined;
    const productId = product === undefined ? null : mustHave(products, product).id;
    const storeLocationId = store === undefined ? null : mustHave(storeList, store).id;
    if (product !== undefined && store !== undefined) {
      return toInventoryBody({ ...input, id: book.put({ product, store }, input), productId, storeLocationId });
    }
    orphanRows += 1;
    return answers.orphanRows === 'omitted'
      ? undefined
      : toInventoryBody({ ...input, id: null, productId, storeLocationId });
  };

  const placesOf = ({ externalStoreLocationId, externalProductId }: InventoryFilter): readonly number[] | undefined => {
    const store = externalStoreLocationId === undefined ? undefined : storePlaces.get(externalStoreLocationId);
    if (externalStoreLocationId !== undefined && store === undefined) return [];
    if (externalProductId === undefined) return store === undefined ? undefined : book.ofStore(store);
    const product = places.get(externalProductId);
    const ofProduct = product === undefined ? [] : book.ofProduct(product);
    return store === undefined
      ? ofProduct
      : ofProduct.filter((place) => book.at(place)?.externalStoreLocationId === externalStoreLocationId);
  };

  return {
    putProducts(inputs) {
      const isSilent = silence.products();
      return inputs.flatMap((input) => {
        const body = toProductBody(put(input));
        return isSilent(input.externalIdentifier) ? [] : [body];
      });
    },
    putInventory(rows) {
      const isSilent = silence.inventory();
      return rows.flatMap((row) => {
        const body = putRow(row);
        return body === undefined || isSilent(row.externalProductId) ? [] : [body];
      });
    },
    products: () => products,
    inventory(filter = {}) {
      const some = placesOf(filter);
      return some === undefined
        ? { count: book.counts().rows, at: (index) => book.at(index) }
        : { count: some.length, at: (index) => book.at(some[index] ?? Infinity) };
    },
    counts() {
      const { rows, updated } = book.counts();
      return { products: products.length, inventoryRows: rows, inventoryUpdates: updated, orphanRows };
    },
    findProduct: (key) => byKey.get(key),
    findUnitCents(sku) {
      const externalId = byKey.get(sku)?.externalIdentifier;
      const product = typeof externalId === 'string' ? places.get(externalId) : undefined;
      for (const place of product === undefined ? [] : book.ofProduct(product)) {
        const cents = book.at(place)?.details?.weightedItemInfo?.valueCentsPerMeasurementUnit;
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
