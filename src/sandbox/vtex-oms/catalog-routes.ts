import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { OmsEnv } from './oms-env.ts';
import { readVtexQuery } from './read-vtex-body.ts';
import { toPriceDoc, toSkuDoc, toStockDoc, type Sku } from './sku-doc.ts';
import { VtexRefusal } from './vtex-refusal.ts';

const idsQuery = z.object({
  page: z.coerce.number().int().min(1).default(1),
  pagesize: z.coerce.number().int().min(1).max(1_000).default(1_000),
});

function skuOf(c: Context<OmsEnv>): Sku {
  const id = c.req.param('id') ?? '';
  const sku = c.get('account').catalog.find(id);
  if (sku === undefined) throw new VtexRefusal(404, '404', `SKU ${id} not found`);
  return sku;
}

/** Catalog API, `/api/catalog_system/pvt/sku`. */
export const skuRoutes = new Hono<OmsEnv>()
  .get('/stockkeepingunitids', (c) => {
    const { page, pagesize } = readVtexQuery(c, idsQuery);
    return c.json(c.get('account').catalog.ids(page, pagesize));
  })
  .get('/stockkeepingunitbyid/:id', (c) => c.json(toSkuDoc(skuOf(c))));

/** Pricing API, `https://api.vtex.com/{account}/pricing`. */
export const pricingRoutes = new Hono<OmsEnv>().get('/prices/:id', (c) => {
  const sku = skuOf(c);
  if (sku.basePrice === null && sku.fixedPrices.length === 0) throw new VtexRefusal(404, '404', 'Price not found');
  return c.json(toPriceDoc(sku));
});

/** Logistics API, `/api/logistics/pvt/inventory`. It documents no 404: a SKU that nobody knows is in no warehouse. */
export const stockRoutes = new Hono<OmsEnv>().get('/skus/:id', (c) => {
  const sku = c.get('account').catalog.find(c.req.param('id'));
  return c.json(sku === undefined ? { skuId: c.req.param('id'), balance: [] } : toStockDoc(sku));
});

/** The endpoint whose limit a request counts on; undefined for what is no read of the catalogue. */
export function endpointOf(path: string): string | undefined {
  if (path.startsWith('/api/catalog_system/')) return path.split('/')[5];
  if (path.startsWith('/pricing/')) return 'prices';
  return path.startsWith('/api/logistics/') ? 'inventory' : undefined;
}
