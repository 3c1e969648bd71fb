import { inventoryPartsSchema, type InventoryInput } from './catalog-schema.ts';

/** A row of inventory as it is now. */
export interface InventoryRow extends InventoryInput {
  id: string;
  productId: string;
  storeLocationId: string;
}

/** What a row is of, known by the places that the catalog gave them: 0, 1, 2 … */
export interface InventoryKey {
  product: number;
  store: number;
}

export interface InventoryBook {
  /** Answers the row's id. */
  put(key: InventoryKey, input: InventoryInput): string;
  counts(): { rows: number; updated: number };
  /** Of the oldest row first. Undefined past the last. */
  at(place: number): InventoryRow | undefined;
  /** Places of a store's rows, the oldest first. */
  ofStore(store: number): readonly number[];
  /** Places of a product's rows, one for each store that has it. */
  ofProduct(product: number): number[];
}

interface BookDeps {
  idPrefix: string;
  productAt: (place: number) => { id: string; externalIdentifier?: string | null | undefined };
  storeAt: (place: number) => { id: string; externalId: string };
}

/** Where a row's numbers stand, one after the other. */
const columns = { product: 0, store: 1, quantity: 2, valueCents: 3, currency: 4, available: 5 } as const;
const width = 6;
const rowsPerSheet = 65_536;

interface StoreRows {
  /** By product: the place of the row, plus one. */
  byProduct: number[];
  places: number[];
}

/**
 * Millions of rows, each about 100 bytes, 200 with a shelf, where an object would be several times that: numbers in sheets,
 * currencies by their place in a list, and what few rows have (a shelf, a price by weight, providers) as text.
 */
export function createInventoryBook({ idPrefix, productAt, storeAt }: BookDeps): InventoryBook {
  const sheets: Float64Array[] = [];
  const parts = new Map<number, string>();
  const stores: StoreRows[] = [];
  const currencies: string[] = [];
  let rows = 0;
  let updated = 0;

  const sheetOf = (place: number): Float64Array => {
    const number = Math.floor(place / rowsPerSheet);
    const sheet = sheets[number] ?? new Float64Array(rowsPerSheet * width);
    sheets[number] = sheet;
    return sheet;
  };
  const rowsOf = (store: number): StoreRows => (stores[store] ??= { byProduct: [], places: [] });

  function placeOf({ product, store }: InventoryKey): number {
    const { byProduct, places } = rowsOf(store);
    const known = byProduct[product];
    if (known !== undefined && known > 0) {
      updated += 1;
      return known - 1;
    }
    const place = rows;
    rows += 1;
    // Without holes: an array with them is a hash table, ten times the size.
    while (byProduct.length < product) byProduct.push(0);
    byProduct[product] = place + 1;
    places.push(place);
    return place;
  }

  const currencyPlace = (currency: string | null | undefined): number => {
    if (currency === null || currency === undefined) return Number.NaN;
    const known = currencies.indexOf(currency);
    return known >= 0 ? known : currencies.push(currency) - 1;
  };

  return {
    put(key, input) {
      const place = placeOf(key);
      const sheet = sheetOf(place);
      const start = (place % rowsPerSheet) * width;
      sheet[start + columns.product] = key.product;
      sheet[start + columns.store] = key.store;
      sheet[start + columns.quantity] = input.quantity ?? Number.NaN;
      sheet[start + columns.valueCents] = input.valueCents ?? Number.NaN;
      sheet[start + columns.currency] = currencyPlace(input.currency);
      sheet[start + columns.available] = input.available ? 1 : 0;
      const { location, details, providerConfigs } = input;
      if ((location ?? details ?? providerConfigs ?? null) === null) parts.delete(place);
      else parts.set(place, JSON.stringify({ location, details, providerConfigs }));
      return idOf(place);
    },
    counts: () => ({ rows, updated }),
    at(place) {
      if (place >= rows) return undefined;
      const start = (place % rowsPerSheet) * width;
      const [product = 0, store = 0, quantity = 0, valueCents = 0, currency = 0, available = 0] = sheetOf(
        place,
      ).subarray(start, start + width);
      const text = parts.get(place);
      return {
        id: idOf(place),
        productId: productAt(product).id,
        storeLocationId: storeAt(store).id,
        externalProductId: productAt(product).externalIdentifier ?? null,
        externalStoreLocationId: storeAt(store).externalId,
        quantity: orNull(quantity),
        valueCents: orNull(valueCents),
        currency: currencies[currency] ?? null,
        available: available === 1,
        ...(text === undefined ? {} : inventoryPartsSchema.parse(JSON.parse(text))),
      };
    },
    ofStore: (store) => stores[store]?.places ?? [],
    ofProduct: (product) =>
      stores.flatMap(({ byProduct }) => {
        const place = byProduct[product] ?? 0;
        return place > 0 ? [place - 1] : [];
      }),
  };

  function idOf(place: number): string {
    return `${idPrefix}${place.toString(36).padStart(6, '0')}`;
  }
}

const orNull = (number: number): number | null => (Number.isNaN(number) ? null : number);
