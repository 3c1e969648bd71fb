import type { LabelDecimal } from './label.ts';

/** Grams in 100,000 pounds: the pound is 0.45359237 kg by definition. */
const gramsPer100000Pounds = 45_359_237;

/** Kilograms to whole grams, half up. Exact for at most nine digits. */
export function kilogramsToGrams({ digits, decimals }: LabelDecimal): number {
  return decimals <= 3 ? Number(digits) * 10 ** (3 - decimals) : divideHalfUp(Number(digits), 10 ** (decimals - 3));
}

/** Pounds to whole grams, half up, rounded once. Exact for at most seven digits: the product stays below 2^53. */
export const poundsToGrams = ({ digits, decimals }: LabelDecimal): number =>
  divideHalfUp(Number(digits) * gramsPer100000Pounds, 10 ** (5 + decimals));

/**
 * An amount in minor units of a currency with so many decimals, for at most fifteen digits. Null when it is no whole number
 * of them, or more of them than can be counted exactly: a price is never rounded here.
 */
export function toMinorUnits({ digits, decimals }: LabelDecimal, currencyDecimals: number): number | null {
  const shift = currencyDecimals - decimals;
  const amount = Number(digits);
  if (shift < 0) return amount % 10 ** -shift === 0 ? amount / 10 ** -shift : null;
  const minorUnits = amount * 10 ** shift;
  return Number.isSafeInteger(minorUnits) ? minorUnits : null;
}

/** Whole numbers below 2^53. Their quotient as a float might not lie on the right side of a half. */
function divideHalfUp(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  return (dividend - rest) / divisor + (rest * 2 >= divisor ? 1 : 0);
}
