import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kilogramsToGrams, poundsToGrams, toMinorUnits } from '../../../src/domain/gs1/label-decimal.ts';

const sixDigits = fc.nat(999_999).map((n) => String(n).padStart(6, '0'));
/** Half up, by whole numbers of any size. */
const divide = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor);

describe('a weight', () => {
  test.each([
    ['000608', 3, 608],
    ['000608', 0, 608_000],
    ['999999', 0, 999_999_000],
    ['012345', 4, 1_235],
    ['012344', 4, 1_234],
    ['012350', 5, 124],
  ])('%s with %i decimals of kilograms is %i g', (digits, decimals, grams) => {
    expect(kilogramsToGrams({ digits, decimals })).toBe(grams);
  });

  test.each([
    ['000001', 0, 454],
    ['000100', 2, 454],
    ['100000', 5, 454],
    ['000150', 2, 680],
    ['999999', 0, 453_591_916],
  ])('%s with %i decimals of pounds is %i g', (digits, decimals, grams) => {
    expect(poundsToGrams({ digits, decimals })).toBe(grams);
  });

  test('is exact for every number of decimals, half a gram up', () => {
    fc.assert(
      fc.property(sixDigits, fc.nat(5), (digits, decimals) => {
        const scale = 10n ** BigInt(decimals);
        expect(BigInt(kilogramsToGrams({ digits, decimals }))).toBe(divide(BigInt(digits) * 1_000n, scale));
        expect(BigInt(poundsToGrams({ digits, decimals }))).toBe(
          divide(BigInt(digits) * 45_359_237n, 100_000n * scale),
        );
      }),
    );
  });
});

describe('an amount', () => {
  test.each([
    ['00130700', 2, 2, 130_700],
    ['00130700', 4, 2, 1_307],
    ['001307', 0, 2, 130_700],
    ['001307', 2, 0, null],
    ['001300', 2, 0, 13],
    ['1307', 3, 2, null],
    ['999999999999999', 0, 4, null],
    ['900719925474099', 0, 1, 9_007_199_254_740_990],
  ])('of %s with %i decimals, in a currency with %i, is %j minor units', (digits, decimals, of, minorUnits) => {
    expect(toMinorUnits({ digits, decimals }, of)).toBe(minorUnits);
  });

  test('is exact or nothing, for every number of decimals', () => {
    const amount = fc.stringMatching(/^\d{1,15}$/);
    fc.assert(
      fc.property(amount, fc.nat(9), fc.constantFrom(0, 2, 3, 4), (digits, decimals, of) => {
        const minorUnits = toMinorUnits({ digits, decimals }, of);
        const [given, scale] = [BigInt(digits) * 10n ** BigInt(of), 10n ** BigInt(decimals)];
        const isWhole = given % scale === 0n && given / scale <= BigInt(Number.MAX_SAFE_INTEGER);
        if (minorUnits === null) expect(isWhole).toBe(false);
        else expect(BigInt(minorUnits) * scale).toBe(given);
      }),
    );
  });
});
