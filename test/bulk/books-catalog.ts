import * as z from 'zod';
import type {
  FulfilmentCatalog,
  InventoryQuery,
  InventoryToPut,
  ListedPage,
  ProductToPut,
} from '../../src/connectors/fulfilment/catalog.ts';
import type { BatchAnswer } from '../../src/domain/batch-outcome.ts';

const RowSchema = z.record(z.string(), z.unknown());

/** A partner that keeps books, and minds when two requests under way have one key. */
export interface BooksCatalog extends FulfilmentCatalog {
  /** Key to the row's text, as it stands. */
  readonly books: Map<string, string>;
  /** Keys of each request, in the order in which they were answered. */
  readonly requests: string[][];
  /** Rows of these products the partner refuses the whole request for, by their place. */
  readonly refused: Set<string>;
  /** Rows of these products find no product. */
  readonly orphans: Set<string>;
  /** The most that it lists on a page, whatever it is asked for. */
  listedMax: number;
  /** Called before, and after, each request has its effect; `list` before a page is read, `listed` after it. */
  hooks: {
    before?: (keys: string[]) => void | Promise<void>;
    after?: (keys: string[]) => void | Promise<void>;
    list?: (pageIndex: number) => void | Promise<void>;
    listed?: (pageIndex: number) => void | Promise<void>;
  };
}

export function createBooksCatalog(rowsMax: number): BooksCatalog {
  const underWay = new Set<string>();
  const refused = new Set<string>();
  const orphans = new Set<string>();
  /** The oldest row first. */
  async function list(
    { pageIndex, numResultsPerPage, externalStoreLocationId: store }: InventoryQuery,
    isListed: (row: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<ListedPage> {
    await catalog.hooks.list?.(pageIndex);
    const size = Math.min(numResultsPerPage, catalog.listedMax);
    const rows = [...catalog.books]
      .map(([key, text]) => ({ partnerId: key, row: RowSchema.parse(JSON.parse(text)) }))
      .filter(({ row }) => isListed(row) && (store === undefined || row['externalStoreLocationId'] === store));
    await catalog.hooks.listed?.(pageIndex);
    return { rows: rows.slice(pageIndex * size, (pageIndex + 1) * size), total: rows.length };
  }
  const isProduct = (row: Readonly<Record<string, unknown>>): boolean => 'externalIdentifier' in row;

  async function put(rows: readonly { key: string; product: string; text: string }[]): Promise<BatchAnswer> {
    const keys = rows.map(({ key }) => key);
    if (new Set(keys).size < keys.length) throw new TypeError('a key twice in one request');
    await catalog.hooks.before?.(keys);
    for (const key of keys) if (underWay.has(key)) throw new TypeError(`${key} is under way already`);
    for (const key of keys) underWay.add(key);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      const bad = [...rows.entries()].filter(([, { product }]) => refused.has(product));
      catalog.requests.push(keys);
      const errors = (code: string) => [{ code, detail: 'not like this', pointer: '' }];
      if (bad.length > 0)
        return { kind: 'refused', rejected: new Map(bad.map(([at]) => [at, errors('test.refused')])) };
      const lost = [...rows.entries()].filter(([, { product }]) => orphans.has(product));
      for (const { key, product, text } of rows) if (!orphans.has(product)) catalog.books.set(key, text);
      await catalog.hooks.after?.(keys);
      return { kind: 'taken', rejected: new Map(lost.map(([at]) => [at, errors('test.orphan')])), unconfirmed: [] };
    } finally {
      for (const key of keys) underWay.delete(key);
    }
  }
  const productOf = ({ externalIdentifier: key, text }: ProductToPut) => ({ key, product: key, text });
  const itemOf = ({ externalProductId: product, externalStoreLocationId, text }: InventoryToPut) => ({
    key: `${externalStoreLocationId}/${product}`,
    product,
    text,
  });
  const catalog: BooksCatalog = {
    limits: { products: { rowsMax, bytesMax: 4_000_000 }, inventory: { rowsMax, bytesMax: 4_000_000 } },
    books: new Map(),
    requests: [],
    refused,
    orphans,
    hooks: {},
    productText: (row) => JSON.stringify(row),
    inventoryText: (row) => JSON.stringify(row),
    putProducts: (rows) => put(rows.map(productOf)),
    putInventory: (rows) => put(rows.map(itemOf)),
    listedMax: rowsMax,
    listProducts: (query) => list(query, isProduct),
    listInventory: (query) => list(query, (row) => !isProduct(row)),
  };
  return catalog;
}
