import { Hono } from 'hono';
import { z } from 'zod';
import { toInventoryBody, toProductBody } from './catalog.ts';
import { inventoryInputSchema, productsInputSchema } from './catalog-schema.ts';
import type { NashEnv } from './nash-env.ts';
import { missing } from './nash-refusal.ts';
import { commaList, queryInt, readBody, readQuery } from './read-request.ts';

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

/** `/v1/products`, `/v1/product…`, `/v1/inventory` (OpenAPI tag Store Catalog). Products cannot be deleted. */
export const catalogRoutes = new Hono<NashEnv>()
  .post('/v1/products', async (c) =>
    c.json(c.get('tenant').catalog.putProducts((await readBody(c, productsInputSchema)).products)),
  )
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
  .post('/v1/inventory', async (c) =>
    c.json(c.get('tenant').catalog.putInventory((await readBody(c, inventoryInputSchema)).inventory)),
  )
  .get('/v1/inventory', (c) => {
    const query = readQuery(c, inventoryQuery);
    const { catalog } = c.get('tenant');
    const found = catalog
      .inventory()
      .filter(
        (row) =>
          (query.ids?.includes(row.id) ?? true) &&
          (query.skus?.includes(catalog.findProduct(row.productId)?.sku ?? '') ?? true) &&
          (query.externalStoreLocationId === undefined ||
            row.externalStoreLocationId === query.externalStoreLocationId) &&
          (query.externalProductId === undefined || row.externalProductId === query.externalProductId) &&
          (query.search === undefined || (row.externalProductId ?? '').includes(query.search)),
      );
    return c.json({ inventory: page(found, query).map(toInventoryBody), totalResults: found.length });
  });
