import { differ, type Found } from './difference.ts';
import { compareLabels, type Comparison } from './gs1/compare-labels.ts';
import { readPickedLabels } from './gs1/read-picked-labels.ts';
import { labelsOf, type PickLabel } from './pick-labels.ts';
import type { PickedItem } from './picking.ts';
import type { SettlementRules } from './settlement-rules.ts';
import { sum } from './settlement.ts';

/** How labels are read and judged in one order. */
export interface LabelTerms extends Pick<SettlementRules, 'labelDisagreement' | 'labelTemplates'> {
  /** ISO 4217: amounts on labels that name no currency are in it. */
  currency: string;
}

/** Two digits of a year on a label mean the one nearest to it; no date is asked for here. */
const anyYear = 2000;

/**
 * Where a pick and what was scanned for it disagree: the labels as the partner parsed them, and the same texts as we read
 * them. Neither replaces what the pick says; both are flagged.
 */
export function findInLabels(item: PickedItem, terms: LabelTerms): Found[] {
  const found = [...findInParsed(item, terms), ...findInTexts(item, terms)];
  return found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
}

const isSame = (a: Found, b: Found): boolean => a.code === b.code && a.expected === b.expected && a.actual === b.actual;

/** As the partner parsed them; compared only where every label says something. */
function findInParsed(item: PickedItem, { labelDisagreement }: LabelTerms): Found[] {
  const labels = labelsOf(item);
  if (labels.length === 0) return [];
  const tolerated = labelDisagreement === 'report';
  const grams = totalOf(labels, ({ weightGrams }) => weightGrams);
  const price = totalOf(labels, ({ priceMinor }) => priceMinor);
  const isOff = grams !== null && item.weightGrams !== null && !isRoundedAlike(grams, item.weightGrams, labels.length);
  return [
    ...(isOff ? [differ('label_weight_differs', 'grams', grams, item.weightGrams ?? 0, tolerated)] : []),
    ...(price !== null && price !== item.price_cents
      ? [differ('label_price_differs', 'minorUnits', price, item.price_cents, tolerated)]
      : []),
  ];
}

/** As we read them: GS1 element strings, and store numbers by the merchant's own templates. */
function findInTexts(item: PickedItem, terms: LabelTerms): Found[] {
  const { currency, labelTemplates } = terms;
  const labels = readPickedLabels(item, { year: anyYear, currency, templates: labelTemplates });
  // Where the code of one scan of several was not kept, the others would look like too little.
  if (labels.length < Math.max(1, item.scans?.length ?? 0)) return [];
  const { price, weight } = compareLabels(labels, item, currency);
  const isRounding =
    weight.labelled !== null && weight.picked !== null && isRoundedAlike(weight.labelled, weight.picked, labels.length);
  return [
    ...(isRounding ? [] : findIn('label_weight_differs', 'grams', weight, terms)),
    ...findIn('label_price_differs', 'minorUnits', price, terms),
    ...(price.finding === 'other_currency'
      ? [differ('label_currency_differs', 'minorUnits', 0, item.price_cents, terms.labelDisagreement === 'report')]
      : []),
  ];
}

/**
 * A point in the wrong place is how labels are printed wrong, not how goods are picked wrong (Nash's own guide has such a
 * one): it is told, and `price_differs` says whether the pick itself is off.
 */
function findIn(
  code: Found['code'],
  unit: Found['unit'],
  compared: Comparison,
  { labelDisagreement }: LabelTerms,
): Found[] {
  const { finding, labelled, picked } = compared;
  if (finding !== 'differs' && finding !== 'point_misplaced') return [];
  const tolerated = finding === 'point_misplaced' || labelDisagreement === 'report';
  return [differ(code, unit, labelled ?? 0, picked ?? 0, tolerated)];
}

/** Each label is rounded to the gram, and so is the pick. */
const isRoundedAlike = (labelled: number, picked: number, labels: number): boolean =>
  Math.abs(labelled - picked) <= labels / 2;

/** Null when not all of them say it. */
function totalOf(labels: readonly PickLabel[], read: (label: PickLabel) => number | null): number | null {
  const said = labels.map(read).filter((value) => value !== null);
  return said.length === labels.length ? sum(said) : null;
}
