import { WeightGramsSchema } from './weight.ts';

/** Nanograms in one of each unit of weight: in these the pound and the ounce are integers. */
const nanogramsPerUnit = new Map([
  ['kg', 1_000_000_000_000n],
  ['g', 1_000_000_000n],
  ['lb', 453_592_370_000n],
  ['oz', 28_349_523_125n],
]);
const nanogramsPerGram = 1_000_000_000n;

/** As VTEX Pick and Pack writes them (`KILOGRAMS`), and what else the short forms are spelled like. */
const shortForms = new Map([
  ['kilogram', 'kg'],
  ['gram', 'g'],
  ['pound', 'lb'],
  ['ounce', 'oz'],
]);

/** A partner's word for a unit of weight as `kg`, `g`, `lb` or `oz`; undefined for what is none. */
export function toWeightUnit(word: string): string | undefined {
  const text = word.trim().toLowerCase();
  const singular = text.length > 2 ? text.replace(/s$/, '') : text;
  const unit = shortForms.get(singular) ?? singular;
  return nanogramsPerUnit.has(unit) ? unit : undefined;
}

export const isWeighed = (unit: string): boolean => nanogramsPerUnit.has(unit);

/**
 * `quantity` times `multiplier` units in grams, by decimal digits and not by float arithmetic; half a gram is rounded up.
 * Undefined for what is no weight.
 */
export function toItemGrams(unit: string, multiplier: number, quantity: number): number | undefined {
  const nanograms = nanogramsPerUnit.get(unit);
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(multiplier)) ?? [];
  if (nanograms === undefined || whole === undefined || multiplier === 0 || !Number.isSafeInteger(quantity)) {
    return undefined;
  }
  const total = BigInt(whole + fraction) * nanograms * BigInt(quantity);
  const perGram = nanogramsPerGram * 10n ** BigInt(fraction.length);
  return WeightGramsSchema.safeParse(Number((2n * total + perGram) / (2n * perGram))).data;
}

/** Decimals that keep a gram: a thousandth of a kilogram, less of an ounce. */
const digitsPerUnit = new Map([
  ['kg', 3],
  ['g', 0],
  ['lb', 5],
  ['oz', 4],
]);

/** The multiplier with which one of `unit` weighs so many grams. Undefined for what is no weight. */
export function fromItemGrams(unit: string, grams: number): number | undefined {
  const nanograms = nanogramsPerUnit.get(unit);
  const digits = digitsPerUnit.get(unit);
  if (nanograms === undefined || digits === undefined) return undefined;
  const scaled = BigInt(grams) * nanogramsPerGram * 10n ** BigInt(digits);
  return Number((2n * scaled + nanograms) / (2n * nanograms)) / 10 ** digits;
}
