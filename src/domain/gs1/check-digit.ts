import type { CheckedNumber } from './label.ts';

/** Of the digits before it (GS1 General Specifications, 7.9.1): weights 3 and 1 from the right. */
export function checkDigitOf(body: string): string {
  let sum = 0;
  for (let at = body.length - 1, weight = 3; at >= 0; at -= 1, weight = 4 - weight) {
    sum += Number(body.charAt(at)) * weight;
  }
  return String((10 - (sum % 10)) % 10);
}

export function toCheckedNumber(digits: string): CheckedNumber {
  const expectedCheckDigit = checkDigitOf(digits.slice(0, -1));
  return { digits, expectedCheckDigit, checkDigitOk: digits.endsWith(expectedCheckDigit) };
}

/** Weighted digits of the verifier (same, 7.9.2), by the digit that is weighted. */
const twoMinus = [0, 2, 4, 6, 8, 9, 1, 3, 5, 7];
const three = [0, 3, 6, 9, 2, 5, 8, 1, 4, 7];
const fivePlus = [0, 5, 1, 6, 2, 7, 3, 8, 4, 9];
const fiveMinus = [0, 5, 9, 4, 8, 3, 7, 2, 6, 1];

/**
 * The verifier digit of a price or weight of four or five digits in a store number (same, 7.9.3 and 7.9.4).
 * Throws RangeError for another number of digits: a template cannot ask for it.
 */
export function verifierDigitOf(digits: string): string {
  if (digits.length === 4) return String((weigh(digits, [twoMinus, twoMinus, three, fiveMinus]) * 3) % 10);
  if (digits.length !== 5) throw new RangeError('a verifier digit stands for four or five digits');
  const sum = weigh(digits, [fivePlus, twoMinus, fiveMinus, fivePlus, twoMinus]);
  return String(fiveMinus.indexOf((10 - (sum % 10)) % 10));
}

const weigh = (digits: string, weights: readonly (readonly number[])[]): number =>
  weights.reduce((sum, weight, at) => sum + (weight[Number(digits.charAt(at))] ?? 0), 0);
