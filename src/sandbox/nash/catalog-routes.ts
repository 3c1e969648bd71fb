import { setImmediate as nextTurn } from 'node:timers/promises';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { toInventoryBody, toProductBody } from './catalog.ts';
import { inventoryInputSchema, productsInputSchema } from './catalog-schema.ts';
import type { InventoryRow } from './inventory-book.ts';
import type { NashEnv } from './nash-env.ts';
import { missing, NashRefusal } from './nash-refusal.ts';
import { commaList, queryInt, readAs, readJson, readQuery } from './read-request.ts';
import { refuseRows, toNamed } from './row-refusals.ts';

const pageQuery = z.object({
  pageIndex: queryInt(0, Number.MAX_SAFE_INTEGER, 0),
  numResultsPerPage: queryInt(1, Number.MAX_SAFE_INTEGER, 100),
  search: z.string().optional(),
  ids: commaList.optional(),
  skus: commaList.optional(),
});

const inventoryQuery = pageQuery.extend({
  semanticSearch: z.string().optional(),
  externalStoreLocationId: z.string().optional(),
  externalProductId: z.string().optional(),
});

const page = <Item>(items: Item[], { pageIndex, numResultsPerPage }: z.output<typeof pageQuery>): Item[] =>
  items.slice(pageIndex * numResultsPerPage, (pageIndex + 1) * numResultsPerPage);

/**
 * A body of many rows, as the schema reads it. Thousands of rows are some milliseconds of work: a turn of the event loop in
 * between, so that the arrival of the next request is taken down when it arrives.
 */
async function readRows<Schema extends z.ZodType>(c: Context<NashEnv>, schema: Schema): Promise<z.output<Schema>> {
  const value = await readJson(c);
  await nextTurn();
  try {
    return readAs(schema, value);
  } catch (error) {
    throw error instanceof NashRefusal ? toNamed(error, c.get('answers')) : error;
  } finally {
    await nextTurn();
  }
}

/** `/v1/products`, `/v1/product…`, `/v1/inventory` (OpenAPI tag Store Catalog). Products cannot be deleted. */
export const catalogRoutes = new Hono<NashEnv>()
  .post('/v1/products', async (c) => {
    const { products } = await readRows(c, productsInputSchema);
    refuseRows(
      'products',
      products.map(({ externalIdentifier }) => externalIdentifier),
      c.get('answers'),
    );
    return c.json(c.get('tenant').catalog.putProducts(products));
  })
  .get('/v1/products', (c) => {
    const query = readQuery(c, pageQuery);
    const found = c
      .get('tenant')
      .catalog.products()
      .filter(
        (product) =>
          (query.ids?.includes(product.id) ?? true) &&
          (query.skus?.includes(product.sku ?? '') ?? true) &&
          (query.search === undefined || product.name.toLowerCase().includes(query.search.toLowerCase())),
      );
    return c.json({ products: page(found, query).map(toProductBody), totalResults: found.length });
  })
  .get('/v1/product/external_identifier/:externalIdentifier', (c) => {
    const externalIdentifier = c.req.param('externalIdentifier');
    const product = c
      .get('tenant')
      .catalog.products()
      .find((other) => other.externalIdentifier === externalIdentifier);
    if (product === undefined) throw missing('product', externalIdentifier);
    return c.json(toProductBody(product));
  })
  .get('/v1/product/:id', (c) => {
    const id = c.req.param('id');
    const product = c
      .get('tenant')
      .catalog.products()
      .find((other) => other.id === id);
    if (product === undefined) throw missing('product', id);
    return c.json(toProductBody(product));
  })
  .post('/v1/inventory', async (c) => {
    const { inventory } = await readRows(c, inventoryInputSchema);
    refuseRows(
      'inventory',
      inventory.map(({ externalProductId }) => externalProductId),
      c.get('answers'),
    );
    const echo = c.get('tenant').catalog.putInventory(inventory);
    await nextTurn();
    return c.json(echo);
  })
  .get('/v1/inventory', (c) => {
    const query = readQuery(c, inventoryQuery);
    const { catalog } = c.get('tenant');
    const { count, at } = catalog.inventory(query);
    const { ids, skus, search } = query;
    const isWanted = (row: InventoryRow): boolean =>
      (ids?.includes(row.id) ?? true) &&
      (skus?.includes(catalog.findProduct(row.productId)?.sku ?? '') ?? true) &&
      (search === undefined || (row.externalProductId ?? '').includes(search));
    const rowsFrom = (first: number, length: number): InventoryRow[] =>
      Array.from({ length: Math.max(0, Math.min(length, count - first)) }, (_, index) => at(first + index)).filter(
        (row) => row !== undefined,
      );
    // Millions of rows may be there: without another filter only those of the page are looked at.
    if (ids === undefined && skus === undefined && search === undefined) {
      const rows = rowsFrom(query.pageIndex * query.numResultsPerPage, query.numResultsPerPage);
      return c.json({ inventory: rows.map(toInventoryBody), totalResults: count });
    }
    const found = rowsFrom(0, count).filter(isWanted);
    return c.json({ inventory: page(found, query).map(toInventoryBody), totalResults: found.length });
  });
