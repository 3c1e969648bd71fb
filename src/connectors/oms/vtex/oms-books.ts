import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { OmsBooks } from '../write-back.ts';
import { adjustmentOf } from './change-body.ts';
import { referenceOf } from './change-reference.ts';
import { toMinor } from './money.ts';
import { toPresentItems } from './present-items.ts';
import type { WireHistory, WireOrder, WirePackage } from './wire.ts';

/** What VTEX has of what was written back to it. */
export function toOmsBooks(order: WireOrder, history: WireHistory): OmsBooks {
  const currency = order.storePreferencesData?.currencyCode ?? '';
  return {
    state: order.status ?? 'null',
    valueMinor: toMinor(order.value ?? 0, currency),
    lines: toPresentItems(order.items ?? []).map(({ id, sku, quantity, grams, total }) => ({
      lineId: id,
      sku,
      quantity,
      weightGrams: grams ?? null,
      priceMinor: toMinor(total, currency),
    })),
    adjustmentMinor: toMinor(adjustmentOf(history), currency),
    modifications: history.requests.map(({ requestId, reason, date }) => ({
      changeId: requestId,
      reference: referenceOf(reason),
      askedAt: toInstant(date),
    })),
    invoices: packagesOf(order).flatMap((parcel) => {
      if (typeof parcel.invoiceNumber !== 'string') return [];
      return {
        number: parcel.invoiceNumber,
        kind: parcel.type === 'Input' ? 'return' : 'sale',
        valueMinor: toMinor(parcel.invoiceValue ?? 0, currency),
        issuedAt: toInstant(parcel.issuanceDate),
        trackingNumber: parcel.trackingNumber ?? null,
        events: parcel.courierStatus?.data?.length ?? 0,
        delivered: parcel.courierStatus?.finished === true,
      };
    }),
  };
}

export const packagesOf = (order: WireOrder): WirePackage[] =>
  (order.packageAttachment?.packages ?? []).flatMap((parcel) => parcel ?? []);
