import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Account } from './account.ts';
import { affiliateSchema, noticeSchema } from './catalog.ts';

const skusBody = z.strictObject({
  skus: z.array(z.looseObject({ id: z.int().min(1) })),
  /** Whether affiliates hear of it. */
  notify: z.boolean().default(true),
});
const noticesBody = z.strictObject({ notices: z.array(noticeSchema), times: z.int().min(1).max(10_000).default(1) });

/**
 * What people do to the catalogue in the Admin. Mounted under `/_sandbox/vtex/accounts/{name}/catalog`.
 *
 * | call            | body                                       | does                                               |
 * |-----------------|--------------------------------------------|----------------------------------------------------|
 * | GET /           |                                            | how many SKUs there are, and who is told           |
 * | POST /skus      | `{skus: [{id, …}], notify?}` (sku-doc.ts)  | adds or changes; tells the affiliate what changed  |
 * | PUT, DELETE /affiliate | `{url, id?, spelling?}`             | who is told                                        |
 * | POST /notices   | `{notices: [{skuId, stock?, …}], times?}`  | tells of changes that were none                    |
 */
export function makeCatalogControl(accountOf: (name: string | undefined) => Account): Hono {
  const catalogOf = (c: Context) => accountOf(c.req.param('name')).catalog;
  return new Hono()
    .get('/', (c) => c.json({ skus: catalogOf(c).count(), affiliate: catalogOf(c).affiliate() }))
    .post('/skus', async (c) => {
      const { skus, notify } = skusBody.parse(await c.req.json());
      const catalog = catalogOf(c);
      const notices = catalog.put(skus);
      if (notify) for (const notice of notices) catalog.notify(notice);
      return c.json({ skus: notices.length });
    })
    .put('/affiliate', async (c) => {
      catalogOf(c).setAffiliate(affiliateSchema.parse(await c.req.json()));
      return c.json(catalogOf(c).affiliate());
    })
    .delete('/affiliate', (c) => {
      catalogOf(c).setAffiliate(null);
      return c.body(null, 204);
    })
    .post('/notices', async (c) => {
      const { notices, times } = noticesBody.parse(await c.req.json());
      const { notify } = catalogOf(c);
      for (let time = 0; time < times; time += 1) for (const notice of notices) notify(notice);
      return c.json({ notices: notices.length * times });
    });
}
