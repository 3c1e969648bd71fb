import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LabelKind } from '../../src/domain/gs1/label.ts';
import { readLabel } from '../../src/domain/gs1.ts';
import { gs1Fixtures } from './gs1/gs1-fixtures.ts';

const here = { year: 2026, currency: 'AUD' };
const read = (text: string | null) => readLabel(text, here);

describe('readLabel', () => {
  test.each(gs1Fixtures)('reads $what', ({ text, elements = [], says }) => {
    const label = read(text);
    expect(label).toMatchObject(says);
    expect(label.elements).toEqual(elements.map(([ai, value]) => ({ ai, value })));
    expect(label.unread).toEqual([]);
  });
});

describe('what a scanned text is', () => {
  test.each<[text: string, kind: LabelKind]>([
    ['', 'none'],
    [' \r\n', 'none'],
    ['96385074', 'gtin8'],
    ['036000291452', 'gtin12'],
    ['1234567890128\r\n', 'gtin13'],
    ['12345678901231', 'gtin14'],
    ['376104250021234569', 'sscc'],
    ['00376104250021234569', 'gs1'],
    [']E01234567890128', 'gtin13'],
    [']E496385074', 'gtin8'],
    [']I112345678901231', 'gtin14'],
    // The add-on of a magazine.
    [']E3123456789012812', 'gtin13'],
    ['(01)12345678901231', 'gs1'],
    ['(10)LOT-1', 'gs1'],
    ['(01) 12345678901231 (10) LOT-1', 'gs1'],
    [']C110LOT-1', 'gs1'],
    ['\u001d3103000608', 'gs1'],
    // The number of the thing need not stand in front, if all is read.
    ['31030006080112345678901231', 'gs1'],
    ['3103000608011234567890123105', 'opaque'],
    // What could be a lot or a serial number, and could be anything.
    ['10LOT-1', 'opaque'],
    ['1000123', 'opaque'],
    ['2112345', 'opaque'],
    ['SKU-1', 'opaque'],
    ['(555) 0100', 'opaque'],
    ['(abc)', 'opaque'],
    ['https://example.com/01/12345678901231', 'opaque'],
    ['0112345', 'opaque'],
    ['0'.repeat(8_001), 'opaque'],
  ])('%j: %s', (text, kind) => {
    expect(read(text).kind).toBe(kind);
  });

  test.each([
    [']d2', 'GS1 DataMatrix'],
    [']Q3', 'GS1 QR Code'],
    [']J1', 'GS1 DotCode'],
    [']e1', 'GS1 Composite'],
    [']C0', 'Code 128'],
    [']z9', ']z9'],
  ])('names the symbol of %s: %s', (identifier, symbology) => {
    expect(read(`${identifier}0112345678901231`)).toMatchObject({
      kind: 'gs1',
      symbology,
      gtin: { digits: '12345678901231' },
    });
  });
});

describe('a separator', () => {
  test.each(['\u001d', '\u241d', '{GS}', '[GS]', '{FNC1}', '[fnc1]', '\\x1d', '\\u001D', '^]', '|', '<GS>', '<FNC1>'])(
    'is known as %j',
    (written) => {
      expect(read(`]C1011234567890123110LOT-1${written}3922225`)).toMatchObject({
        batch: 'LOT-1',
        price: { minorUnits: 225 },
        unread: [],
      });
    },
  );

  test.each(['<GS>', '<FNC1>A'])(
    'is not %j with no identifier behind it, which a lot number may contain',
    (written) => {
      expect(read(`]C1011234567890123110A${written}`)).toMatchObject({ batch: `A${written}`, unread: [] });
    },
  );

  test('may stand in front, behind, and more than once', () => {
    const label = read('\u001d]C1\u001d\u001d0112345678901231\u001d\u001d10LOT-1\u001d');
    expect(label).toMatchObject({ kind: 'gs1', symbology: 'GS1-128', batch: 'LOT-1', unread: [] });
  });

  test('that cuts an element short spoils that element only', () => {
    expect(read(']C101123456\u001d10LOT-1')).toMatchObject({
      gtin: null,
      batch: 'LOT-1',
      unread: [{ text: '01123456', reason: 'too_short' }],
    });
  });
});

test('no text makes it throw, and the same text always says the same', () => {
  const pieces = fc.constantFrom(
    '01',
    '12345678901231',
    '3103',
    '000608',
    '392',
    '(10)',
    '(',
    ')',
    '\u001d',
    ']C1',
    '<GS>',
    '7003',
    '99',
    '235',
    ' ',
    '0',
    'é',
    '😀',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(read(text)).toEqual(read(text));
    }),
    { numRuns: 1_000 },
  );
});

test.each(['(10)', '7040AAAA', '41012345678901283103', '\u001d', '(01', '|'])(
  'the largest text that is read at all takes no long time: %j',
  (part) => {
    const text = `]C1${part.repeat(8_000)}`.slice(0, 8_000);
    const began = process.threadCpuUsage();
    expect(read(text).kind).toBe('gs1');
    const { user, system } = process.threadCpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  },
);
