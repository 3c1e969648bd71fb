import type { PartnerReturn } from '../../partner-return.ts';
import { packagesOf } from './oms-books.ts';
import type { WireOrder } from './wire.ts';

/**
 * Invoices of type `Input`, "return invoices": of goods that came back. Their items are places in the order's list, which keeps
 * what a modification took out, so that they mean the same for good.
 */
export const toReturns = (order: WireOrder): PartnerReturn[] =>
  packagesOf(order).flatMap(({ type, invoiceNumber, items }) => {
    if (type !== 'Input' || typeof invoiceNumber !== 'string') return [];
    const goods = (items ?? []).flatMap((row) => {
      const item = order.items?.[row?.itemIndex ?? -1];
      const quantity = row?.quantity;
      if (typeof item?.id !== 'string' || !Number.isSafeInteger(quantity) || !quantity || quantity < 0) return [];
      return { sku: item.id, quantity, lineId: item.uniqueId ?? undefined };
    });
    return goods.length === 0 ? [] : [{ reference: invoiceNumber, goods }];
  });
