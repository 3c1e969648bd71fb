import type { OrderInput } from '../../../domain/order-input.ts';
import { toMinor } from './money.ts';
import type { Remarks } from './remarks.ts';
import type { WireOrder } from './wire.ts';

/**
 * VTEX's totals need not add up (its own example does not); discounts are negative. What is missing, cannot be read or
 * stands twice is remarked upon.
 */
export function toTotals(order: WireOrder, currency: string, remarks: Remarks): OrderInput['totals'] {
  const sumOf = (...ids: string[]): number | undefined => {
    const values = (order.totals ?? []).flatMap((row) => (ids.includes(row?.id ?? '') ? (row?.value ?? []) : []));
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  };
  const amount = (hundredths: number | undefined): number => {
    if (hundredths === undefined || hundredths >= 0) return toMinor(hundredths ?? 0, currency);
    remarks.add('vtex.total_negative', 'one of the order’s totals is below zero; taken for zero');
    return 0;
  };
  const items = sumOf('Items');
  const all = sumOf('Items', 'Discounts', 'Shipping', 'Tax');
  const rows = order.totals ?? [];
  const isRead = rows.every((row) => isNumber(row?.value) && (row?.id ?? '') !== '');
  const isOnceEach = new Set(rows.map((row) => row?.id)).size === rows.length;
  if (items === undefined || !isNumber(order.value) || !isRead || !isOnceEach) {
    remarks.add(
      'vtex.total_missing',
      'VTEX does not state each of the order’s totals once; what it states is added up',
    );
  }
  return {
    itemsMinor: amount(items === undefined ? undefined : sumOf('Items', 'Discounts')),
    shippingMinor: amount(sumOf('Shipping')),
    taxMinor: amount(sumOf('Tax')),
    grandTotalMinor: amount(isNumber(order.value) ? order.value : all),
  };
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';
