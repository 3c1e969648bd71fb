import * as z from 'zod';
import type { CatalogNotice } from '../../webhook.ts';
import { text } from './wire.ts';

const flag = z
  .union([z.boolean(), z.stringbool()])
  .nullish()
  .catch(undefined)
  .transform((value) => value === true);

/** Names in lower case: VTEX's own documents spell them in two ways (`idSKU`, `IdSku`). */
const NoticeSchema = z.object({
  idsku: z.union([z.string().regex(/^\d{1,18}$/), z.int().min(0).transform(String)]),
  an: text,
  idaffiliate: text,
  stockmodified: flag,
  pricemodified: flag,
  hasstockkeepingunitmodified: flag,
  hasstockkeepingunitremovedfromaffiliate: flag,
});

export interface AffiliateNotice extends CatalogNotice {
  account: string | undefined;
  affiliateId: string | undefined;
}

/** What an affiliate is told when a SKU changes; undefined for what is something else. Without a flag anything may have changed. */
export function toNotice(body: unknown): AffiliateNotice | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const named = Object.fromEntries(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
  const read = NoticeSchema.safeParse(named).data;
  if (read === undefined) return undefined;
  const { stockmodified: stock, pricemodified: price, hasstockkeepingunitmodified: modified } = read;
  const removed = read.hasstockkeepingunitremovedfromaffiliate;
  return {
    skuId: read.idsku,
    stock,
    price,
    product: modified || !(stock || price || removed),
    removed,
    account: read.an ?? undefined,
    affiliateId: read.idaffiliate ?? undefined,
  };
}
