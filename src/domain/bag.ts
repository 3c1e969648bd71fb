import { arePicksSettled } from './order-change.ts';
import type { Order } from './order.ts';
import type { Line } from './order-input.ts';
import { isSubstitution, type PickedItem } from './picking.ts';
import { settle } from './settlement.ts';

/** Units in the bag that cost and weigh the same: VTEX has a price and a multiplier for one unit. */
export interface BagRow {
  sku: string;
  name: string;
  units: number;
  /** Of one unit, in minor units. */
  unitPriceMinor: number;
  /** Of all of them; null for what is not weighed. */
  grams: number | null;
  /** What was asked for; null for what nobody asked for. */
  line: Line | null;
}

/** What became of a line that was not picked as it was asked for. */
export interface Miss {
  line: Line;
  units: number;
  replacedBy: readonly string[];
}

/** What lies in the bag, and what does not. Null until the picks are known. */
export interface Bag {
  rows: readonly BagRow[];
  rejected: readonly Miss[];
  replaced: readonly Miss[];
}

export function bagOf({ content: { lines }, evidence, pickedItems }: Order): Bag | null {
  if (!arePicksSettled(evidence)) return null;
  const lineOf = new Map(lines.map((line) => [line.id, line]));
  const settled = settle(lines, pickedItems).lines;
  return {
    rows: pickedItems.flatMap((item) => toRows(item, lineOf.get(item.lineId ?? '') ?? null)),
    rejected: settled.flatMap(({ lineId, shortQuantity: units }) => {
      const line = lineOf.get(lineId);
      return line === undefined || units === 0 ? [] : [{ line, units, replacedBy: [] }];
    }),
    replaced: settled.flatMap(({ lineId, shortQuantity }) => {
      const line = lineOf.get(lineId);
      const picks = pickedItems.filter((item) => item.lineId === lineId && item.quantity > 0);
      const [substitutes, own] = [picks.filter(isSubstitution), picks.filter((item) => !isSubstitution(item))];
      if (line === undefined || substitutes.length === 0) return [];
      const units = line.quantity - shortQuantity - own.reduce((sum, { quantity }) => sum + quantity, 0);
      return [{ line, units: Math.max(1, units), replacedBy: [...new Set(substitutes.map(({ sku }) => sku))] }];
    }),
  };
}

/**
 * A pick has the price of all its units. Where it does not divide, some units cost a cent more than the others: the rows
 * of a pick together are its price to the cent, and its weight to the gram.
 */
function toRows({ sku, name, quantity, price_cents, weightGrams }: PickedItem, line: Line | null): BagRow[] {
  if (quantity <= 0) return [];
  const row = { sku, name, line };
  if (!Number.isInteger(quantity)) {
    return [{ ...row, units: quantity, unitPriceMinor: price_cents / quantity, grams: weightGrams }];
  }
  const unitPriceMinor = Math.floor(price_cents / quantity);
  const dearer = price_cents - unitPriceMinor * quantity;
  const grams = weightGrams === null ? null : Math.round((weightGrams * (quantity - dearer)) / quantity);
  const rows: BagRow[] = [
    { ...row, units: quantity - dearer, unitPriceMinor, grams },
    {
      ...row,
      units: dearer,
      unitPriceMinor: unitPriceMinor + 1,
      grams: weightGrams === null || grams === null ? null : weightGrams - grams,
    },
  ];
  return rows.filter(({ units }) => units > 0);
}

export const unitsIn = (rows: readonly Pick<BagRow, 'units'>[]): number =>
  rows.reduce((sum, { units }) => sum + units, 0);
export const priceOf = (rows: readonly BagRow[]): number =>
  rows.reduce((sum, { units, unitPriceMinor }) => sum + units * unitPriceMinor, 0);

/** What was made of one line. All of it is zero while the picker is not done. */
export function handledOf(bag: Bag | null, line: Line) {
  const own = (bag?.rows ?? []).filter((row) => row.line?.id === line.id && row.sku === line.sku);
  const replaced = bag?.replaced.find((miss) => miss.line.id === line.id);
  return {
    pickedQuantity: unitsIn(own),
    rejectedQuantity: bag?.rejected.find((miss) => miss.line.id === line.id)?.units ?? 0,
    replacedQuantity: replaced?.units ?? 0,
    replacedBy: [...(replaced?.replacedBy ?? [])],
  };
}
