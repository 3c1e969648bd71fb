import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import { createHookSender, type HookSender } from '../hook-sender.ts';
import { skuSchema, type Sku } from './sku-doc.ts';

/** Who is told of changes: an affiliate, a marketplace that sells what the account has. */
export const affiliateSchema = z.strictObject({
  id: z.string().default('PKL'),
  /** VTEX adds a path of its own; the whole of it is written here. */
  url: z.url({ protocol: /^https?$/ }),
  /** VTEX's documents spell the fields in two ways. */
  spelling: z.enum(['IdSku', 'idSKU']).default('IdSku'),
});
export type Affiliate = z.output<typeof affiliateSchema>;

/** Which of the flags a notification has up. */
export const noticeSchema = z.strictObject({
  skuId: z.int().min(1),
  isActive: z.boolean().default(true),
  stock: z.boolean().default(false),
  price: z.boolean().default(false),
  sku: z.boolean().default(false),
  removed: z.boolean().default(false),
});
export type Notice = z.output<typeof noticeSchema>;

/** Whether such a notification is repeated is not documented: it is sent once. */
const noticeLadderMs = [0];
const noticeTimeoutMs = 5_000;

/** The catalogue, prices and stock of one account. */
export function createCatalog(context: SandboxContext, account: string) {
  const skus = new Map<number, Sku>();
  const makeSender = (): HookSender =>
    createHookSender(context, {
      partner: 'vtex',
      org: account,
      ladderMs: noticeLadderMs,
      timeoutMs: noticeTimeoutMs,
      isTaken: (status) => status >= 200 && status <= 299,
    });
  let sender = makeSender();
  let affiliate: Affiliate | null = null;

  function notify(notice: Notice): void {
    if (affiliate === null) return;
    sender.send(
      { url: affiliate.url, headers: {} },
      'catalog.changed',
      toBody(notice, account, affiliate, context.now()),
    );
  }

  return {
    affiliate: () => affiliate,
    setAffiliate(next: Affiliate | null): void {
      affiliate = next;
    },
    notify,
    find: (id: string): Sku | undefined => {
      const sku = skus.get(Number(id));
      return sku?.gone === true ? undefined : sku;
    },
    /** A page of the ids there are, active or not. */
    ids: (page: number, size: number): number[] =>
      [...skus.values()]
        .filter(({ gone }) => !gone)
        .slice((page - 1) * size, page * size)
        .map(({ id }) => id),
    count: () => skus.size,
    /** Changes what is given of each; answers what affiliates have to hear. */
    put(patches: readonly ({ id: number } & Record<string, unknown>)[]): Notice[] {
      return patches.map((patch) => {
        const before = skus.get(patch.id);
        const after = skuSchema.parse({ ...before, ...patch });
        skus.set(after.id, after);
        return toNotice(before, after);
      });
    },
    forget(): void {
      skus.clear();
      sender.stop();
      sender = makeSender();
    },
    stop: () => sender.stop(),
  };
}
export type Catalog = ReturnType<typeof createCatalog>;

function toNotice(before: Sku | undefined, after: Sku): Notice {
  const { stock, basePrice, fixedPrices, ...sku } = after;
  const was = before ?? skuSchema.parse({ id: after.id, basePrice: null });
  const { stock: stockBefore, basePrice: baseBefore, fixedPrices: fixedBefore, ...skuBefore } = was;
  return {
    skuId: after.id,
    isActive: after.active,
    stock: !isDeepStrictEqual(stock, stockBefore),
    price: !isDeepStrictEqual([basePrice, fixedPrices], [baseBefore, fixedBefore]),
    sku: before === undefined || !isDeepStrictEqual(sku, skuBefore),
    removed: after.gone || (was.salesChannels.length > 0 && after.salesChannels.length === 0),
  };
}

function toBody({ skuId, isActive, stock, price, sku, removed }: Notice, account: string, to: Affiliate, now: number) {
  const changes = {
    StockModified: stock,
    PriceModified: price,
    HasStockKeepingUnitModified: sku,
    HasStockKeepingUnitRemovedFromAffiliate: removed,
  };
  const at = new Date(now).toISOString();
  const productId = skuId + 1_000_000;
  return to.spelling === 'IdSku'
    ? { IdSku: String(skuId), ProductId: productId, An: account, IdAffiliate: to.id, DateModified: at, IsActive: isActive, ...changes } // prettier-ignore
    : { idSKU: String(skuId), productId, an: account, idAffiliate: to.id, DateModified: at, isActive, ...changes };
}
