import type { Label, LabelKind } from '../../../src/domain/gs1/label.ts';

/** Any part of a label, to any depth. */
type Part<T> = { [K in keyof T]?: T[K] extends object | null ? Part<T[K]> : T[K] };

const gtin = '12345678901234';
const seen = [
  ['01', gtin],
  ['3103', '000720'],
  ['3922', '0000225'],
] as const;

/** Labels of the Pick and Pack guide and what is known of their kind, read by hand from the GS1 General Specifications. */
export const gs1Fixtures: readonly {
  what: string;
  text: string | null;
  elements?: readonly (readonly [ai: string, value: string])[];
  says: Part<Omit<Label, 'elements'>> & { kind: LabelKind };
}[] = [
  {
    what: "the guide's weighed chicken, whose label says a hundred times its price",
    text: '0112345678901234152601013103000608392200130700',
    elements: [
      ['01', gtin],
      ['15', '260101'],
      ['3103', '000608'],
      ['3922', '00130700'],
    ],
    says: {
      kind: 'gs1',
      gtin: { digits: gtin, checkDigitOk: false, expectedCheckDigit: '1' },
      netWeightGrams: 608,
      bestBefore: '2026-01-01',
      price: { digits: '00130700', decimals: 2, minorUnits: 130_700 },
    },
  },
  {
    what: "the guide's bananas, first scan",
    text: '0112345678901234310300072039220000225',
    elements: seen,
    says: {
      kind: 'gs1',
      gtin: { digits: gtin, checkDigitOk: false, expectedCheckDigit: '1' },
      netWeightGrams: 720,
      price: { digits: '0000225', decimals: 2, minorUnits: 225 },
    },
  },
  {
    what: "the guide's bananas, second scan",
    text: '0112345678901234310300073039220000225',
    elements: [
      ['01', gtin],
      ['3103', '000730'],
      ['3922', '0000225'],
    ],
    says: { kind: 'gs1', netWeightGrams: 730, price: { digits: '0000225', decimals: 2, minorUnits: 225 } },
  },
  {
    what: 'the same with the identifier of DataBar',
    text: ']e00112345678901234310300072039220000225',
    elements: seen,
    says: {
      kind: 'gs1',
      symbology: 'GS1 DataBar',
      netWeightGrams: 720,
      price: { digits: '0000225', decimals: 2, minorUnits: 225 },
    },
  },
  {
    what: 'GS1-128 with a lot behind a separator',
    text: ']C10112345678901234310300072039220000225\u001d10LOT-1',
    elements: [...seen, ['10', 'LOT-1']],
    says: { kind: 'gs1', symbology: 'GS1-128' },
  },
  {
    what: 'a separator in front',
    text: '\u001d0112345678901234310300072039220000225',
    elements: seen,
    says: { kind: 'gs1', netWeightGrams: 720, price: { digits: '0000225', decimals: 2, minorUnits: 225 } },
  },
  {
    what: 'day 00',
    text: '011234567890123115260100',
    elements: [
      ['01', '12345678901231'],
      ['15', '260100'],
    ],
    says: { kind: 'gs1', bestBefore: '2026-01-31' },
  },
  {
    what: 'a price with its currency',
    text: '01123456789012313932036001307',
    elements: [
      ['01', '12345678901231'],
      ['3932', '036001307'],
    ],
    says: { kind: 'gs1', price: { digits: '001307', decimals: 2, minorUnits: 1_307, currencyNumber: '036' } },
  },
  {
    what: 'an EAN-13',
    text: '1234567890128',
    says: { kind: 'gtin13', gtin: { digits: '1234567890128', checkDigitOk: true } },
  },
  {
    what: "a store's own number with a wrong check digit",
    text: '2345678901235',
    says: {
      kind: 'gtin13',
      gtin: { digits: '2345678901235', checkDigitOk: false, expectedCheckDigit: '4' },
      restrictedCirculation: true,
    },
  },
  {
    what: 'a UPC-A',
    text: '036000291452',
    says: { kind: 'gtin12', gtin: { digits: '036000291452', checkDigitOk: true } },
  },
  { what: 'no scan', text: null, says: { kind: 'none' } },
];
