import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toLabelDate } from '../../../src/domain/gs1/label-date.ts';

const twoDigits = (n: number): string => String(n).padStart(2, '0');

describe('a date on a label', () => {
  test.each([
    ['260101', 2026, '2026-01-01'],
    ['260100', 2026, '2026-01-31'],
    ['280200', 2026, '2028-02-29'],
    ['270200', 2026, '2027-02-28'],
    ['000229', 2026, '2000-02-29'],
    ['260400', 2026, '2026-04-30'],
    // 50 years ahead, 49 back.
    ['761231', 2026, '2076-12-31'],
    ['771231', 2026, '1977-12-31'],
    ['491231', 2000, '2049-12-31'],
    ['501231', 2000, '2050-12-31'],
    ['511231', 2000, '1951-12-31'],
    ['000101', 2051, '2100-01-01'],
    ['010101', 2050, '2001-01-01'],
    ['000101', 2050, '2100-01-01'],
  ])('%s, read in %i, is %s', (text, year, date) => {
    expect(toLabelDate(text, year)).toBe(date);
  });

  test.each(['260001', '261301', '260132', '260230', '270229', '260431', '269999'])('%s is no day', (text) => {
    expect(toLabelDate(text, 2026)).toBeNull();
  });

  test('is the day it was written from, if that is at most 49 years ago or 50 ahead', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1950, max: 2150 }),
        fc.integer({ min: -49, max: 50 }),
        fc.nat(364),
        (now, gap, n) => {
          const day = new Date(Date.UTC(now + gap, 0, 1 + n));
          fc.pre(day.getUTCFullYear() === now + gap);
          const written = `${twoDigits((now + gap) % 100)}${twoDigits(day.getUTCMonth() + 1)}${twoDigits(day.getUTCDate())}`;
          expect(toLabelDate(written, now)).toBe(day.toISOString().slice(0, 10));
          const last = new Date(Date.UTC(now + gap, day.getUTCMonth() + 1, 0));
          expect(toLabelDate(`${written.slice(0, 4)}00`, now)).toBe(last.toISOString().slice(0, 10));
        },
      ),
    );
  });
});
