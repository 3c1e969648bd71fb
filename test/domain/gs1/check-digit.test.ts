import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDigitOf, toCheckedNumber, verifierDigitOf } from '../../../src/domain/gs1/check-digit.ts';

const digitsOf = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const anotherDigit = (digit: string, step: number): string => String((Number(digit) + step) % 10);
const misread = (digits: string, at: number, step: number): string =>
  digits.slice(0, at) + anotherDigit(digits.charAt(at), step) + digits.slice(at + 1);

describe('a check digit', () => {
  // The example of the General Specifications, an EAN-13, an ISBN, and others that are in use.
  test.each(['376104250021234569', '6291041500213', '9788205512375', '036000291452', '96385074', '12345678901231'])(
    'is right in %s',
    (number) => {
      expect(toCheckedNumber(number)).toMatchObject({ checkDigitOk: true, expectedCheckDigit: number.slice(-1) });
    },
  );

  test('finds every digit that was misread', () => {
    const lengths = fc.constantFrom(7, 11, 12, 13, 17).chain(digitsOf);
    fc.assert(
      fc.property(lengths, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, step) => {
        const number = body + checkDigitOf(body);
        expect(toCheckedNumber(number).checkDigitOk).toBe(true);
        expect(toCheckedNumber(misread(number, place % number.length, step)).checkDigitOk).toBe(false);
      }),
    );
  });
});

describe('a verifier digit', () => {
  // The examples of the General Specifications.
  test.each([
    ['2875', '9'],
    ['14685', '6'],
  ])('of %s is %s', (digits, verifier) => {
    expect(verifierDigitOf(digits)).toBe(verifier);
  });

  test('finds every digit that was misread', () => {
    const fields = fc.constantFrom(4, 5).chain(digitsOf);
    fc.assert(
      fc.property(fields, fc.nat(), fc.integer({ min: 1, max: 9 }), (digits, place, step) => {
        expect(verifierDigitOf(misread(digits, place % digits.length, step))).not.toBe(verifierDigitOf(digits));
      }),
    );
  });

  test.each(['', '123', '123456'])('does not stand for %j', (digits) => {
    expect(() => verifierDigitOf(digits)).toThrow(RangeError);
  });
});
