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
  /** Called before, and after, each request has its effect. */
  hooks: {
    before?: (keys: string[]) => void | Promise<void>;
    after?: (keys: string[]) => void | Promise<void>;
    list?: (pageIndex: number) => void | Promise<void>;
  };
}

export function createBooksCatalog(rowsMax: number): BooksCatalog {
  const underWay = new Set<string>();
  const refused = new Set<string>();
  const orphans = new Set<string>();
  const nobody = (): Promise<ListedPage> => Promise.resolve({ rows: [], total: 0 });
  const list = async ({ pageIndex, externalStoreLocationId: store }: InventoryQuery): Promise<ListedPage> => {
    await catalog.hooks.list?.(pageIndex);
    const rows = [...catalog.books.values()]
      .map((text) => ({ partnerId: 'row', row: RowSchema.parse(JSON.parse(text)) }))
      .filter(({ row }) => !('externalIdentifier' in row))
      .filter(({ row }) => store === undefined || row['externalStoreLocationId'] === store);
    return { rows: rows.slice(pageIndex * rowsMax, (pageIndex + 1) * rowsMax), total: rows.length };
  };

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
    listProducts: nobody,
    listInventory: list,
  };
  return catalog;
}
