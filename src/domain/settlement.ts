import type { Line } from './order-input.ts';
import { isSubstitution, type PickedItem } from './picking.ts';

/** Asked against picked, for one line. Amounts are in minor units and of all its units together. */
export interface SettledLine {
  lineId: string;
  sku: string;
  requestedQuantity: number;
  /** Units in the bag for this line: those kept as asked, and substitutes. */
  pickedQuantity: number;
  keptQuantity: number;
  substitutedQuantity: number;
  shortQuantity: number;
  overQuantity: number;
  substituted: boolean;
  requestedWeightGrams: number | null;
  /** Null when nothing in the bag was weighed. */
  weightGrams: number | null;
  /** What it would have cost as it was asked for. */
  requestedMinor: number;
  priceMinor: number;
}

/** What the picker put in besides, and nobody had asked for. */
export interface Addition {
  sku: string;
  name: string;
  quantity: number;
  weightGrams: number | null;
  priceMinor: number;
}

export interface SettledTotals {
  /** The lines as they were asked for. */
  requestedMinor: number;
  linesMinor: number;
  additionsMinor: number;
  /** All that is in the bag: lines and additions. Shipping and taxes are the OMS's. */
  itemsMinor: number;
  /** Picked less requested; negative when less is to be paid. */
  differenceMinor: number;
}

export interface Settlement {
  lines: readonly SettledLine[];
  additions: readonly Addition[];
  totals: SettledTotals;
}

/** What lies in the bag for one line. */
export interface Bag {
  line: Line;
  kept: readonly PickedItem[];
  substitutes: readonly PickedItem[];
  /** Rows of which nothing was picked. */
  empty: readonly PickedItem[];
}

/**
 * Picks by the line that they answer: several may share one line (a split substitution), and the same SKU may stand on two
 * lines, so the SKU says nothing. `strays` are of no line of this order.
 */
export function toBags(
  lines: readonly Line[],
  picked: readonly PickedItem[],
): { bags: readonly Bag[]; strays: readonly PickedItem[] } {
  const ids = new Set(lines.map(({ id }) => id));
  const byLine = Map.groupBy(picked, ({ lineId }) => (lineId !== null && ids.has(lineId) ? lineId : null));
  return {
    bags: lines.map((line) => {
      const own = byLine.get(line.id) ?? [];
      const inBag = own.filter(({ quantity }) => quantity > 0);
      return {
        line,
        kept: inBag.filter((item) => !isSubstitution(item)),
        substitutes: inBag.filter(isSubstitution),
        empty: own.filter(({ quantity }) => quantity <= 0),
      };
    }),
    strays: byLine.get(null) ?? [],
  };
}

/**
 * Requested lines against picked items. All sums: neither the order of the picks nor that of the scans in them matters. A
 * line with no pick at all is wholly short. The picker's `price_cents` is the price of the whole pick, weight already in it,
 * and is what is charged; whether that is plausible, `judgeSettlement` says.
 */
export function settle(lines: readonly Line[], picked: readonly PickedItem[]): Settlement {
  const { bags, strays } = toBags(lines, picked);
  const settled = bags.map(toSettledLine);
  const additions = toAdditions(strays);
  const requestedMinor = sum(settled.map((line) => line.requestedMinor));
  const linesMinor = sum(settled.map((line) => line.priceMinor));
  const additionsMinor = sum(additions.map((addition) => addition.priceMinor));
  const itemsMinor = linesMinor + additionsMinor;
  return {
    lines: settled,
    additions,
    totals: { requestedMinor, linesMinor, additionsMinor, itemsMinor, differenceMinor: itemsMinor - requestedMinor },
  };
}

function toSettledLine({ line, kept, substitutes }: Bag): SettledLine {
  const picks = [...kept, ...substitutes];
  const pickedQuantity = unitsOf(picks);
  return {
    lineId: line.id,
    sku: line.sku,
    requestedQuantity: line.quantity,
    pickedQuantity,
    keptQuantity: unitsOf(kept),
    substitutedQuantity: unitsOf(substitutes),
    shortQuantity: Math.max(0, line.quantity - pickedQuantity),
    overQuantity: Math.max(0, pickedQuantity - line.quantity),
    substituted: substitutes.length > 0,
    requestedWeightGrams: line.requestedWeightGrams ?? null,
    weightGrams: gramsOf(picks),
    requestedMinor: line.unitPriceMinor * line.quantity,
    priceMinor: priceOf(picks),
  };
}

/** By SKU, since there is no line to know them by. */
function toAdditions(strays: readonly PickedItem[]): Addition[] {
  const inBag = strays.filter(({ quantity }) => quantity > 0);
  return [...Map.groupBy(inBag, ({ sku }) => sku)]
    .map(([sku, items]) => ({
      sku,
      name: items.map(({ name }) => name).reduce((first, name) => (name < first ? name : first)),
      quantity: unitsOf(items),
      weightGrams: gramsOf(items),
      priceMinor: priceOf(items),
    }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
export const unitsOf = (items: readonly PickedItem[]): number => sum(items.map(({ quantity }) => quantity));
export const priceOf = (items: readonly PickedItem[]): number => sum(items.map((item) => item.price_cents));

/** Null when none of them was weighed. */
export function gramsOf(items: readonly PickedItem[]): number | null {
  const weights = items.flatMap(({ weightGrams }) => (weightGrams === null ? [] : [weightGrams]));
  return weights.length === 0 ? null : sum(weights);
}
