import * as z from 'zod';

/** Grams, an integer: the only unit of weight inside Packline. */
export const WeightGramsSchema = z.int().min(0).max(100_000_000).meta({ description: 'Grams' });

/**
 * Kilograms as a partner writes them (0.608, or "0.608") to grams, by decimal digits and not by float arithmetic:
 * 1.005 kg is 1005 g. Fractions of a gram are rounded half up. Undefined when it is not a plain decimal number.
 */
export function toGrams(kilograms: number | string): number | undefined {
  const text = typeof kilograms === 'number' ? numberText(kilograms) : kilograms.trim();
  const match = /^(\d{1,9})(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const whole = Number(match[1]) * 1000;
  const fraction = (match[2] ?? '').padEnd(4, '0');
  return whole + Number(fraction.slice(0, 3)) + (Number(fraction.charAt(3)) >= 5 ? 1 : 0);
}

/** Grams to kilograms with at most three decimals, for a partner's wire. */
export const fromGrams = (grams: number): number => Number((grams / 1000).toFixed(3));

/** Plain decimal digits: 1e-7 has none that matter here. */
const numberText = (value: number): string => (Math.abs(value) < 1e-6 ? '0' : String(value));
