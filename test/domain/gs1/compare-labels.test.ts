import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareLabels, type Finding } from '../../../src/domain/gs1/compare-labels.ts';
import { readPickedLabels } from '../../../src/domain/gs1/read-picked-labels.ts';
import { readLabel } from '../../../src/domain/gs1.ts';
import type { PickedItem } from '../../../src/domain/picking.ts';

const here = { year: 2026, currency: 'AUD' };
const gtin = '0112345678901231';
const said = { price_cents: 225, weightGrams: 720, quantity: 1 };
const compare = (texts: readonly string[], item: Partial<typeof said> = {}) =>
  compareLabels(
    texts.map((text) => readLabel(text, here)),
    { ...said, ...item },
    'AUD',
  );
const label = (grams: number, cents: number): string =>
  `${gtin}3103${String(grams).padStart(6, '0')}3922${String(cents).padStart(7, '0')}`;

const scan = (...codes: string[]): NonNullable<PickedItem['scans']>[number] => ({
  substitutionType: 'no_substitution',
  barcodes: codes.map((barcode) => ({
    barcode,
    format: null,
    isVariableWeight: null,
    weight: null,
    weightUnit: null,
    priceCents: null,
    productCode: null,
    expirationDate: null,
  })),
});

describe('the labels of a picked item', () => {
  test("disagree by a hundred times on the guide's chicken, and agree on its weight", () => {
    const item = { scanned_barcode: '0112345678901234152601013103000608392200130700', scans: null };
    expect(
      compareLabels(readPickedLabels(item, here), { price_cents: 1_307, weightGrams: 608, quantity: 1 }, 'AUD'),
    ).toEqual({
      price: { finding: 'point_misplaced', labelled: 130_700, picked: 1_307 },
      weight: { finding: 'agrees', labelled: 608, picked: 608 },
    });
  });

  test("add up on the guide's bananas, which were scanned twice", () => {
    const first = '0112345678901234310300072039220000225';
    const item = { scanned_barcode: first, scans: [scan(first), scan('0112345678901234310300073039220000225')] };
    expect(
      compareLabels(readPickedLabels(item, here), { price_cents: 450, weightGrams: 1_450, quantity: 1 }, 'AUD'),
    ).toEqual({
      price: { finding: 'agrees', labelled: 450, picked: 450 },
      weight: { finding: 'agrees', labelled: 1_450, picked: 1_450 },
    });
  });

  test('count once for each scan, whatever codes the pack bears', () => {
    const item = { scanned_barcode: null, scans: [scan('1234567890128', label(720, 225), label(720, 225)), scan('')] };
    expect(readPickedLabels(item, here)).toEqual([readLabel(label(720, 225), here)]);
  });

  test.each([null, '', ' '])('are none when nothing was scanned (%j)', (scanned_barcode) => {
    expect(readPickedLabels({ scanned_barcode, scans: null }, here)).toEqual([]);
  });

  test.each<[what: string, price: Finding, weight: Finding, texts: string[], item: Partial<typeof said>]>([
    ['all is as it should be', 'agrees', 'agrees', [label(720, 225)], {}],
    ['the price is another', 'differs', 'agrees', [label(720, 226)], {}],
    ['the weight is another', 'agrees', 'differs', [label(721, 225)], {}],
    ['they charged ten times as much', 'point_misplaced', 'agrees', [label(720, 225)], { price_cents: 2_250 }],
    ['they charged twenty times as much', 'differs', 'agrees', [label(720, 225)], { price_cents: 4_500 }],
    ['they charged nothing', 'differs', 'agrees', [label(720, 225)], { price_cents: 0 }],
    [
      'one of two labels was kept',
      'fewer_labels',
      'fewer_labels',
      [label(720, 225)],
      { quantity: 2, price_cents: 450, weightGrams: 1_450 },
    ],
    [
      'one of two labels says more than both',
      'differs',
      'agrees',
      [label(720, 500)],
      { quantity: 2, price_cents: 450 },
    ],
    ['nothing was scanned', 'not_said', 'not_said', [], {}],
    ['an EAN says neither', 'not_said', 'not_said', ['1234567890128'], {}],
    ['one of two says neither', 'not_said', 'not_said', [label(720, 225), '1234567890128'], {}],
    ['the price is in tenths of a cent', 'not_said', 'not_said', [`${gtin}39232251`], {}],
    ['the price is in dollars of another country', 'other_currency', 'not_said', [`${gtin}3932840225`], {}],
    ['the price is in no currency', 'other_currency', 'not_said', [`${gtin}3932001225`], {}],
    ['the price names the same currency', 'agrees', 'not_said', [`${gtin}3932036225`], {}],
    ['the price is on no label that can be read', 'not_said', 'not_said', [`${gtin}3922ABC`], {}],
  ])('where %s: price %s, weight %s', (_, price, weight, texts, item) => {
    expect(compare(texts, item)).toMatchObject({ price: { finding: price }, weight: { finding: weight } });
  });

  test('cannot be compared with a weight that was not told', () => {
    const labels = [readLabel(label(720, 225), here)];
    expect(compareLabels(labels, { price_cents: 225, weightGrams: null, quantity: 1 }, 'AUD').weight).toEqual({
      finding: 'not_said',
      labelled: 720,
      picked: null,
    });
  });

  test('agree exactly when they say the same', () => {
    const cents = fc.nat(9_999_999);
    fc.assert(
      fc.property(fc.nat(999_999), cents, cents, (grams, printed, charged) => {
        const { price, weight } = compare([label(grams, printed)], { price_cents: charged, weightGrams: grams });
        expect(price.finding === 'agrees').toBe(printed === charged);
        expect(weight.finding).toBe('agrees');
      }),
    );
  });
});
