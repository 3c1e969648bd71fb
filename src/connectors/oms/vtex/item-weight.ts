import { WeightGramsSchema } from '../../../domain/weight.ts';

/** Nanograms in one of VTEX's units: in these the pound and the ounce are integers. */
const nanogramsPerUnit = new Map([
  ['kg', 1_000_000_000_000n],
  ['g', 1_000_000_000n],
  ['lb', 453_592_370_000n],
  ['oz', 28_349_523_125n],
]);
const nanogramsPerGram = 1_000_000_000n;

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
