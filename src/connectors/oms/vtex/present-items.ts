import { isWeighed, toItemGrams } from '../../../domain/item-weight.ts';
import { nameItems, priceOf } from './order-lines.ts';
import type { WireItem } from './wire.ts';

/** An item of an order as it is now. */
export interface PresentItem {
  /** Its line's. */
  id: string;
  sku: string;
  uniqueId: string | undefined;
  quantity: number;
  /** In VTEX's spelling. */
  unit: string | undefined;
  multiplier: number;
  /** Of all of it; undefined for what is not sold by weight. */
  grams: number | undefined;
  /** Price of all of it, in hundredths. */
  total: number;
}

/** What is in the order; what was taken out whole is not. */
export const toPresentItems = (items: readonly (WireItem | null | undefined)[]): PresentItem[] =>
  nameItems(items).map(({ id, item }) => {
    const quantity = item.quantity ?? 0;
    const multiplier = item.unitMultiplier ?? 1;
    const unit = item.measurementUnit ?? undefined;
    const scale = unit?.trim().toLowerCase() ?? 'un';
    return {
      id,
      sku: item.id ?? '',
      uniqueId: item.uniqueId ?? undefined,
      quantity,
      unit,
      multiplier,
      grams: isWeighed(scale) ? toItemGrams(scale, multiplier, quantity) : undefined,
      total: Math.round(priceOf(item) * quantity),
    };
  });
