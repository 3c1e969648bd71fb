import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InstantSchema } from '../../src/domain/time.ts';

const twoDigits = (n: number): string => String(n).padStart(2, '0');

describe('InstantSchema', () => {
  test.each([
    ['2026-01-15T02:00:00Z', '2026-01-15T02:00:00.000Z'],
    ['2026-01-14T23:30:00-03:00', '2026-01-15T02:30:00.000Z'],
    ['2026-01-15T13:00:00+10:30', '2026-01-15T02:30:00.000Z'],
    ['2024-02-29T00:00:00+00:00', '2024-02-29T00:00:00.000Z'],
    // VTEX writes up to seven digits.
    ['2019-01-28T20:09:43.8994090+00:00', '2019-01-28T20:09:43.899Z'],
  ])('answers %s in UTC with milliseconds', (text, instant) => {
    expect(InstantSchema.parse(text)).toBe(instant);
  });

  test.each([
    ['a time without a zone', '2026-01-15T02:00:00'],
    ['a date', '2026-01-15'],
    ['a day that February lacks', '2026-02-30T00:00:00Z'],
    ['a leap day in a common year', '2025-02-29T00:00:00Z'],
    ['the 31st of a month of 30', '2026-04-31T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['hour 24', '2026-01-15T24:00:00Z'],
    ['minute 60', '2026-01-15T02:60:00Z'],
    ['an offset of 25 hours', '2026-01-15T02:00:00+25:00'],
    ['a space for the T', '2026-01-15 02:00:00Z'],
    ['prose', 'tomorrow'],
    ['nothing', ''],
    ['epoch milliseconds', 1_768_442_400_000],
    ['null', null],
  ])('refuses %s', (_, value) => {
    expect(InstantSchema.safeParse(value).success).toBe(false);
  });

  const anyOffset = fc
    .record({ sign: fc.constantFrom('+', '-'), hours: fc.nat(23), minutes: fc.nat(59) })
    .map(({ sign, hours, minutes }) => `${sign}${twoDigits(hours)}:${twoDigits(minutes)}`);
  const anyDate = fc.date({
    min: new Date('2000-01-02T00:00:00Z'),
    max: new Date('2099-12-30T00:00:00Z'),
    noInvalidDate: true,
  });

  test('keeps the moment: whatever the offset, the answer is the same point in time', () => {
    fc.assert(
      fc.property(anyDate, anyOffset, (date, offset) => {
        const text = date.toISOString().replace('Z', offset);
        expect(Date.parse(InstantSchema.parse(text))).toBe(Date.parse(text));
      }),
    );
  });

  test('answers texts that sort as the moments do', () => {
    fc.assert(
      fc.property(anyDate, anyOffset, anyDate, anyOffset, (a, offsetA, b, offsetB) => {
        const [textA, textB] = [a.toISOString().replace('Z', offsetA), b.toISOString().replace('Z', offsetB)];
        const [instantA, instantB] = [InstantSchema.parse(textA), InstantSchema.parse(textB)];
        expect(Math.sign(Date.parse(textA) - Date.parse(textB))).toBe(
          instantA < instantB ? -1 : instantA > instantB ? 1 : 0,
        );
      }),
    );
  });

  test.each(['9999-12-31T23:59:59-01:00', '0000-01-01T00:00:00+01:00', '2026-01-15T02:00:00Z'])(
    'accepts what it answered: %s either is refused or stays a four-digit-year instant',
    (text) => {
      const parsed = InstantSchema.safeParse(text);
      if (parsed.success) expect(InstantSchema.safeParse(parsed.data)).toEqual(parsed);
    },
  );
});
