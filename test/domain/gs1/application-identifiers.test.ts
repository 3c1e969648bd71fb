import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanings } from '../../../src/domain/gs1/application-identifiers.ts';
import type { LabelFacts } from '../../../src/domain/gs1/label.ts';
import { readLabel } from '../../../src/domain/gs1.ts';

const here = { year: 2026, currency: 'AUD' };
const read = (text: string) => readLabel(`]C1${text}`, here);
const gtin = '0112345678901231';

describe('an application identifier', () => {
  test.each<[what: string, text: string, says: Partial<LabelFacts>]>([
    [
      '00 the logistic unit',
      '00376104250021234569',
      { sscc: { digits: '376104250021234569', checkDigitOk: true, expectedCheckDigit: '9' } },
    ],
    [
      '02 and 37 what it contains',
      '02062910415002133712',
      {
        contentGtin: { digits: '06291041500213', checkDigitOk: true, expectedCheckDigit: '3' },
        contentCount: 12,
      },
    ],
    ['11 the day of production', '11260228', { producedOn: '2026-02-28' }],
    ['13 the day of packaging', '13240229', { packedOn: '2024-02-29' }],
    ['16 the last day of sale', '16261231', { sellBy: '2026-12-31' }],
    ['17 the last day of use', '17270401', { expiresOn: '2027-04-01' }],
    ['20 the variant', '2007', { variant: '07' }],
    ['21 the serial number', '21ab/9', { serial: 'ab/9' }],
    ['30 the pieces in it', '3012', { count: 12 }],
    ['37 the items in the unit', '3700012', { contentCount: 12 }],
    ['3202 pounds', '3202000150', { netWeightGrams: 680 }],
    [
      '3902 an amount',
      '39021999',
      { amountPayable: { digits: '1999', decimals: 2, currencyNumber: null, currency: null, minorUnits: 1_999 } },
    ],
    [
      '3910 an amount in yen',
      '39103921200',
      { amountPayable: { digits: '1200', decimals: 0, currencyNumber: '392', currency: 'JPY', minorUnits: 1_200 } },
    ],
    [
      '3933 a price in dinars',
      '39334001250',
      { price: { digits: '1250', decimals: 3, currencyNumber: '400', currency: 'JOD', minorUnits: 1_250 } },
    ],
    [
      '3932 a price in a currency that does not exist',
      '39320011250',
      {
        price: { digits: '1250', decimals: 2, currencyNumber: '001', currency: null, minorUnits: null },
      },
    ],
    ['3941 a discount', '39410125', { discountPercent: { digits: '0125', decimals: 1 } }],
    ['3952 a price per measure', '3952001999', { pricePerMeasure: { digits: '001999', decimals: 2 } }],
    ['8005 a price per measure without a point', '8005001999', { pricePerMeasureDigits: '001999' }],
  ])('says %s', (_, text, says) => {
    const label = read(text);
    expect(label).toMatchObject(says);
  });

  test.each([
    ['a GTIN that was cut short', '01123', [{ text: '01123', reason: 'too_short' }]],
    ['letters in a weight', `${gtin}310300A608`, [{ text: '310300A608', reason: 'wrong_characters' }]],
    ['a sixth decimal', `${gtin}3106000608`, [{ text: '3106000608', reason: 'no_such_ai' }]],
    ['a day that no month has', `${gtin}15260231`, [{ text: '15260231', reason: 'no_such_date' }]],
    ['a month that no year has', `${gtin}17261301`, [{ text: '17261301', reason: 'no_such_date' }]],
    [
      'a lot that goes on because its separator was lost',
      `${gtin}10LOT-1390212345678901234`,
      [{ text: '10LOT-1390212345678901234', reason: 'too_long' }],
    ],
    ['a price of no digits', `${gtin}3922`, [{ text: '3922', reason: 'too_short' }]],
    ['a currency without an amount', `${gtin}3932036`, [{ text: '3932036', reason: 'too_short' }]],
    ['a letter that no lot may have', `${gtin}10LOT 1`, [{ text: '10LOT 1', reason: 'wrong_characters' }]],
    ['an identifier that nobody knows', `${gtin}05123`, [{ text: '05123', reason: 'no_such_ai' }]],
    ['an identifier of a symbol in the middle', `${gtin}]C1240ABC`, [{ text: ']C1240ABC', reason: 'no_such_ai' }]],
    ['brackets in the middle', `${gtin}(240)ABC`, [{ text: '(240)ABC', reason: 'no_such_ai' }]],
    ['a second weight', `${gtin}31030006083103000609`, [{ text: '3103000609', reason: 'said_twice' }]],
    ['pounds beside other kilograms', `${gtin}31030006083202000150`, [{ text: '3202000150', reason: 'said_twice' }]],
  ])('that cannot be read is reported, and what stands around it is read: %s', (_, text, unread) => {
    const label = read(`${text}\u001d3712`);
    expect(label.unread).toEqual(unread);
    expect(label.contentCount).toBe(12);
    if (text.startsWith(gtin)) expect(label.gtin?.digits).toBe('12345678901231');
  });

  test('that is said again in the same words is no contradiction', () => {
    const label = read(`${gtin}${gtin}39221999\u001d39221999`);
    expect(label).toMatchObject({ unread: [], gtin: { digits: '12345678901231' }, price: { minorUnits: 1_999 } });
  });

  test('that means nothing to us is kept, and what follows it is read', () => {
    // 410: a location of 13 digits, without a separator behind it; 240: an identification of any length.
    const label = read(`${gtin}41012345678901283103000608240ABC\u001d15261231`);
    expect(label).toMatchObject({ unread: [], netWeightGrams: 608, bestBefore: '2026-12-31' });
    expect(label.elements.map(({ ai }) => ai)).toEqual(['01', '410', '3103', '240', '15']);
  });

  test('of a fixed length ends there, also where a separator should have followed', () => {
    expect(read('80050019993712')).toMatchObject({ pricePerMeasureDigits: '001999', contentCount: 12, unread: [] });
  });
});

describe('an element string', () => {
  const digits = (min: number, max = min) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));
  const letters = fc
    .stringMatching(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/)
    .filter((text) => !/<GS>|<FNC1>/i.test(text));
  /** Any value of any identifier of ours, with what it must come back as. */
  const element = fc.constantFrom(...meanings.keys()).chain((ai): fc.Arbitrary<{ ai: string; value: string }> => {
    const fixed = meanings.get(ai)?.fixedLength ?? null;
    const value = () => {
      if (/^1[13567]$/.test(ai)) return fc.constantFrom('260101', '251231', '280229', '300600', '991101');
      if (fixed !== null) return digits(fixed);
      if (ai === '10' || ai === '21') return letters;
      return ai === '30' || ai === '37' ? digits(1, 8) : digits(4, 15);
    };
    return value().map((text) => ({ ai, value: text }));
  });
  /** No two that fill the same slot. */
  const elements = fc.uniqueArray(element, {
    minLength: 1,
    selector: ({ ai }) =>
      ai
        .replace(/^3[12]0.$/, 'weight')
        .replace(/^39[01].$/, 'due')
        .replace(/^39[23].$/, 'price')
        .replace(/^39[45].$/, (text) => text.slice(0, 3)),
  });
  const write = (parts: readonly { ai: string; value: string }[], generous: boolean): string =>
    parts
      .map(({ ai, value }, at) => {
        const isNeeded = meanings.get(ai)?.fixedLength === null && at < parts.length - 1;
        return ai + value + (isNeeded || generous ? '\u001d' : '');
      })
      .join('');

  test('comes back as it was written, in any order, with more separators than are needed as well', () => {
    fc.assert(
      fc.property(elements, fc.boolean(), (parts, generous) => {
        const label = read(write(parts, generous));
        expect(label).toMatchObject({ kind: 'gs1', unread: [] });
        expect(label.elements).toEqual(parts);
      }),
    );
  });

  test('says the same under the barcode as in it', () => {
    const withoutBrackets = elements.map((parts) => parts.filter(({ value }) => !/\(\d{2,4}\)/.test(value)));
    fc.assert(
      fc.property(withoutBrackets, (parts) => {
        fc.pre(parts.length > 0);
        const typed = readLabel(parts.map(({ ai, value }) => `(${ai})${value}`).join(''), here);
        expect({ ...typed, symbology: null }).toEqual({ ...read(write(parts, false)), symbology: null });
      }),
    );
  });

  test('loses no character, whatever is in it: each is in an element or reported', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.oneof(
            element.map(({ ai, value }) => ai + value),
            fc.constant('\u001d'),
            fc.string(),
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(any, (text) => {
        const data = text.trim();
        fc.pre(!/[\u241d|^<{[\\\](]/.test(data));
        const { elements: read_, unread } = read(data);
        const count = (parts: readonly string[]): string => parts.join('').split('').sort().join('');
        expect(count([...read_.map(({ ai, value }) => ai + value), ...unread.map(({ text: part }) => part)])).toBe(
          count([data.replaceAll('\u001d', '')]),
        );
      }),
    );
  });
});
