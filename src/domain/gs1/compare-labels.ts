import type { PickedItem } from '../picking.ts';
import type { Label } from './label.ts';

/**
 * - `agrees`
 * - `differs`
 * - `point_misplaced`: the same digits, but one is 10, 100 … times the other: the label's decimals are wrong, or theirs
 * - `other_currency`: the labels name another currency than the order's, or one that does not exist
 * - `fewer_labels`: not every piece has a label that was kept, and those that were kept say less than was picked
 * - `not_said`: a label, or the picked item, does not say it in whole units
 */
export type Finding = 'agrees' | 'differs' | 'point_misplaced' | 'other_currency' | 'fewer_labels' | 'not_said';

export interface Comparison {
  finding: Finding;
  /** Sum over the labels, in minor units or grams; null where a label does not say it. */
  labelled: number | null;
  picked: number | null;
}

/**
 * What the labels of a picked item say beside what its partner says of it. It decides nothing: `price_cents` and
 * `weightGrams` go on counting, and a disagreement is for whoever settles the order to show. Labels are added up, as a pick
 * of several scans has their total.
 */
export function compareLabels(
  labels: readonly Label[],
  item: Pick<PickedItem, 'price_cents' | 'weightGrams' | 'quantity'>,
  currency: string,
): { price: Comparison; weight: Comparison } {
  const prices = labels.map((label) => label.price);
  const isForeign = prices.some((price) => (price?.currency ?? currency) !== currency || isUnknown(price));
  const hasAllLabels = labels.length >= item.quantity;
  const priced = compare(sumOf(prices.map((price) => price?.minorUnits ?? null)), item.price_cents, hasAllLabels);
  return {
    price: isForeign ? { ...priced, finding: 'other_currency', labelled: null } : priced,
    weight: compare(sumOf(labels.map((label) => label.netWeightGrams)), item.weightGrams, hasAllLabels),
  };
}

const isUnknown = (price: Label['price']): boolean =>
  price !== null && price.currencyNumber !== null && price.currency === null;

/** Null when there is nothing to add up or a part of it is not known. */
function sumOf(parts: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const part of parts) {
    if (part === null) return null;
    sum = (sum ?? 0) + part;
  }
  return sum;
}

function compare(labelled: number | null, picked: number | null, hasAllLabels: boolean): Comparison {
  const finding = (): Finding => {
    if (labelled === null || picked === null) return 'not_said';
    if (labelled === picked) return 'agrees';
    if (!hasAllLabels && labelled < picked) return 'fewer_labels';
    return isPowerOfTen(labelled, picked) || isPowerOfTen(picked, labelled) ? 'point_misplaced' : 'differs';
  };
  return { finding: finding(), labelled, picked };
}

/** Whether `larger` is 10, 100, 1,000 … times `smaller`. */
function isPowerOfTen(larger: number, smaller: number): boolean {
  if (smaller === 0 || larger % smaller !== 0) return false;
  let factor = larger / smaller;
  while (factor >= 10 && factor % 10 === 0) factor /= 10;
  return factor === 1 && larger > smaller;
}
