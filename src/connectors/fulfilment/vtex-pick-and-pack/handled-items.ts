import { toItemGrams, toWeightUnit } from '../../../domain/item-weight.ts';
import { ItemRowSchema, type ItemRow, type WireOrder } from './wire.ts';

const lists = ['pickedItems', 'rejectedItems', 'replacedItems'] as const;

/** One row of an order's lists of handled items. */
export interface HandledItem {
  list: (typeof lists)[number];
  id: string;
  sku: string;
  name: string;
  status: string;
  /** Units in the bag; 0 unless it was picked. */
  quantity: number;
  /** Of one unit, in minor units. */
  unitPriceMinor: number;
  /** Grams of so many units, which is not so many times the grams of one; null for what is not weighed. */
  toGrams: (units: number) => number | null;
  /** SKUs (or ids) of what took its place. */
  replacedBy: readonly string[];
}

/** The rows, or the path of what one of them lacks: settling the rest would bill the customer wrongly. */
export type HandledItems = { items: readonly HandledItem[]; lacks: null } | { items: null; lacks: string };

export function readHandledItems(order: WireOrder): HandledItems {
  const items: HandledItem[] = [];
  for (const list of lists) {
    for (const [index, row] of (order[list] ?? []).entries()) {
      const read = ItemRowSchema.safeParse(row);
      const item = read.success ? toHandledItem(list, read.data) : read.error.issues[0]?.path[0];
      if (typeof item !== 'object') return { items: null, lacks: `${list}.${index}.${String(item ?? 'row')}` };
      items.push(item);
    }
  }
  return { items, lacks: null };
}

/** The item, or the name of the field without which there is none. */
function toHandledItem(list: HandledItem['list'], row: ItemRow): HandledItem | string {
  const sku = row.sku ?? row.id ?? null;
  if (sku === null) return 'sku';
  const quantity = list === 'pickedItems' ? (row.quantity ?? null) : 0;
  if (quantity === null) return 'quantity';
  const unitPriceMinor = quantity === 0 ? 0 : toUnitPrice(row);
  if (unitPriceMinor === null || !Number.isSafeInteger(unitPriceMinor * quantity)) return 'pickingPrice';
  const unit = toWeightUnit(row.unitOfMeasure ?? '');
  const toGrams = (units: number): number | null =>
    unit === undefined ? null : (toItemGrams(unit, row.unitMultiplier ?? 0, units) ?? null);
  if (unit !== undefined && quantity > 0 && toGrams(quantity) === null) return 'unitMultiplier';
  return {
    list,
    id: row.id ?? sku,
    sku,
    name: row.itemName ?? sku,
    status: row.status ?? '',
    quantity,
    unitPriceMinor,
    toGrams,
    replacedBy: row.replacedBy ?? [],
  };
}

/** `price` is the same where a unit is one base unit; how VTEX rounds the rest (1699 x 0.19 = 322) is not ours to guess. */
function toUnitPrice({ pickingPrice, price, unitMultiplier }: ItemRow): number | null {
  const unitPrice = pickingPrice ?? (unitMultiplier === 1 ? price : null);
  return Number.isSafeInteger(unitPrice) ? (unitPrice ?? null) : null;
}
