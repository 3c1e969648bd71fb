import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromGrams, toGrams, WeightGramsSchema } from '../../src/domain/weight.ts';

const gramsMax = 100_000_000;
const anyGrams = fc.integer({ min: 0, max: gramsMax });
/** Kilograms as decimal text, from an integer of 10^-digits kilograms: the exact value is known without floats. */
const toDecimal = (units: bigint, digits: number): string => {
  const text = units.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

describe('toGrams', () => {
  test.each([
    [0.608, 608],
    ['0.608', 608],
    [1.005, 1_005],
    [0.1 + 0.2, 300],
    ['1.45', 1_450],
    [0, 0],
    [1e-7, 0],
    ['0.0005', 1],
    ['0.00049999', 0],
    ['0.9995', 1_000],
    [' 2.5 ', 2_500],
    ['007.5', 7_500],
  ])('reads %j kg as %i g', (kilograms, grams) => {
    expect(toGrams(kilograms)).toBe(grams);
  });

  test.each(['', ' ', '.5', '1.', '1,5', '-1', '+1', '1e3', '0x10', '1 kg', 'NaN', '1.2.3', '1\n2', '١', '1234567890'])(
    'answers undefined for %j, which is no plain decimal number',
    (text) => {
      expect(toGrams(text)).toBeUndefined();
    },
  );

  test.each([-1, -0.001, NaN, Infinity, 1e21])('answers undefined for the number %d', (value) => {
    expect(toGrams(value)).toBeUndefined();
  });

  test('is exact by decimal digits, half a gram rounding up, for text of any precision', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 12 }), (units, digits) => {
        const text = toDecimal(units, digits);
        fc.pre(text.replace(/\..*/, '').length <= 9);
        const scale = 10n ** BigInt(digits);
        const rounded = (2n * units * 1000n + scale) / (2n * scale);
        expect(toGrams(text)).toBe(Number(rounded));
      }),
    );
  });

  test('reads a number as it reads the same number written down', () => {
    fc.assert(
      fc.property(anyGrams, (grams) => {
        const text = toDecimal(BigInt(grams), 3);
        expect(toGrams(Number(text))).toBe(grams);
        expect(toGrams(text)).toBe(grams);
      }),
    );
  });
});

describe('fromGrams', () => {
  test('comes back from grams unchanged', () => {
    fc.assert(
      fc.property(anyGrams, (grams) => {
        expect(toGrams(fromGrams(grams))).toBe(grams);
      }),
    );
  });

  test('writes at most three decimals', () => {
    fc.assert(
      fc.property(anyGrams, (grams) => {
        expect(String(fromGrams(grams))).toMatch(/^\d+(\.\d{1,3})?$/);
      }),
    );
  });
});

test.each([-1, 0.5, gramsMax + 1, NaN, '5'])('the schema of grams refuses %j', (value) => {
  expect(WeightGramsSchema.safeParse(value).success).toBe(false);
});
