import { differ, differenceCodes, type Difference, type Found } from './difference.ts';
import { findInLabels, type LabelTerms } from './label-difference.ts';
import type { PickedItem } from './picking.ts';
import type { SettlementRules } from './settlement-rules.ts';
import { gramsOf, priceOf, sum, unitsOf, type Bag } from './settlement.ts';

type Subject = Pick<Difference, 'lineId' | 'sku'>;
type Terms = SettlementRules & LabelTerms;

/** How what lies in the bag for a line differs from what was asked. */
export function differencesOf(bag: Bag, rules: Terms): Difference[] {
  const { line, kept, substitutes, empty } = bag;
  const found = [
    ...findUnits(bag, rules),
    ...(kept.length > 0 ? [...findWeight(bag, rules), ...findPrice(bag, rules)] : []),
    ...(substitutes.length > 0 ? findSubstitutePrice(bag, rules) : []),
    ...[...kept, ...substitutes].flatMap((item) => findInLabels(item, rules)),
    ...empty.flatMap(findInNothing),
  ];
  return inOrder(found, { lineId: line.id, sku: line.sku });
}

/** The same for what is of no line; `items` are of one SKU. */
export function differencesOfStrays(sku: string, items: readonly PickedItem[], rules: Terms): Difference[] {
  const added = unitsOf(items);
  const found = [
    ...(added > 0 ? [differ('added', 'units', 0, added, added <= rules.overPickUnits)] : []),
    ...items.flatMap((item) => (item.quantity > 0 ? findInLabels(item, rules) : findInNothing(item))),
  ];
  return inOrder(found, { lineId: null, sku });
}

/** Whatever order the picks came in. */
const inOrder = (found: readonly Found[], subject: Subject): Difference[] =>
  found
    .map((one) => ({ ...one, ...subject }))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.expected - b.expected || a.actual - b.actual);
const rankOf = ({ code }: Found): number => differenceCodes.indexOf(code);

function findUnits({ line, kept, substitutes }: Bag, { overPickUnits }: SettlementRules): Found[] {
  const substituted = unitsOf(substitutes);
  const picked = unitsOf(kept) + substituted;
  // The customer may have chosen six singles instead of one pack of six.
  const skus = new Set(substitutes.map(({ sku }) => sku));
  const chosen = (line.substitution?.substitutes ?? []).filter(({ sku }) => skus.has(sku));
  const welcome = Math.max(line.quantity, sum(chosen.map(({ quantity }) => quantity)));
  const isUnwanted = substituted > 0 && line.substitution?.preference === 'refund';
  return [
    ...(picked < line.quantity ? [differ('short', 'units', line.quantity, picked, true)] : []),
    ...(substituted > 0 ? [differ('substituted', 'units', 0, substituted, true)] : []),
    ...(isUnwanted ? [differ('substitution_unwanted', 'units', 0, substituted, true)] : []),
    ...(picked > line.quantity
      ? [differ('over_picked', 'units', line.quantity, picked, picked - welcome <= overPickUnits)]
      : []),
  ];
}

const isAllWeighed = (items: readonly PickedItem[]): boolean => items.every(({ weightGrams }) => weightGrams !== null);

function findWeight({ line, kept }: Bag, rules: SettlementRules): Found[] {
  const { requestedWeightGrams, weighted } = line;
  const expected = proportion(requestedWeightGrams ?? 0, unitsOf(kept), line.quantity);
  const actual = gramsOf(kept) ?? 0;
  if (!isAllWeighed(kept)) return weighted === true ? [differ('weight_missing', 'grams', expected, actual, true)] : [];
  if (requestedWeightGrams === undefined || actual === expected) return [];
  const { weightTolerancePercent, weightToleranceGrams } = rules;
  const tolerated = isNear(actual, expected, weightTolerancePercent, weightToleranceGrams);
  return [differ('weight_differs', 'grams', expected, actual, tolerated)];
}

/** For weighed goods the price that was ordered is that of the weight that was ordered. */
function findPrice({ line, kept }: Bag, rules: SettlementRules): Found[] {
  const grams = line.requestedWeightGrams !== undefined && isAllWeighed(kept) ? gramsOf(kept) : null;
  const expected =
    grams === null
      ? line.unitPriceMinor * unitsOf(kept)
      : proportion(line.unitPriceMinor * line.quantity, grams, line.requestedWeightGrams ?? 0);
  const actual = priceOf(kept);
  return actual === expected ? [] : [differ('price_differs', 'minorUnits', expected, actual, isPriceNear(actual, expected, rules))]; // prettier-ignore
}

function findSubstitutePrice({ line, substitutes }: Bag, rules: SettlementRules): Found[] {
  const expected = line.unitPriceMinor * Math.min(unitsOf(substitutes), line.quantity);
  const actual = priceOf(substitutes);
  if (actual === expected) return [];
  const tolerated = actual < expected || isPriceNear(actual, expected, rules);
  return [differ('substitute_price_differs', 'minorUnits', expected, actual, tolerated)];
}

/** It is charged as nothing. What is on the scales is in the bag, whatever the count says; a price alone is only odd. */
function findInNothing({ weightGrams, price_cents }: PickedItem): Found[] {
  const grams = weightGrams ?? 0;
  if (grams > 0) return [differ('units_missing', 'grams', 0, grams, false)];
  return price_cents > 0 ? [differ('units_missing', 'minorUnits', 0, price_cents, true)] : [];
}

const isPriceNear = (actual: number, expected: number, rules: SettlementRules): boolean =>
  isNear(actual, expected, rules.priceTolerancePercent, rules.priceToleranceMinor);

const isNear = (actual: number, expected: number, percent: number, amount: number): boolean =>
  Math.abs(actual - expected) <= Math.max(amount, (expected * percent) / 100);

/** `amount` * `part` / `whole`, half rounded up; exact also where the product is larger than a double holds. */
function proportion(amount: number, part: number, whole: number): number {
  if (whole === 0) return 0;
  const [product, divisor] = [BigInt(amount) * BigInt(part), BigInt(whole)];
  return Number((2n * product + divisor) / (2n * divisor));
}
