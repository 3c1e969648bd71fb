import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDigitOf, verifierDigitOf } from '../../../src/domain/gs1/check-digit.ts';
import { RestrictedTemplateSchema, type RestrictedTemplate } from '../../../src/domain/gs1/restricted-template.ts';
import { readLabel } from '../../../src/domain/gs1.ts';

const read = (text: string, ...templates: RestrictedTemplate[]) =>
  readLabel(text, { year: 2026, currency: 'AUD', templates });
const numberOf = (body: string): string => body + checkDigitOf(body);
const weighed = { layout: '21IIIIIWWWWWC', decimals: 3 };
const priced = { layout: '20IIIIIVPPPPC', decimals: 2 };

describe('a number that a shop gives out itself', () => {
  test('says nothing more without a template', () => {
    for (const templates of [[], [priced]]) {
      expect(read(numberOf('211234500608'), ...templates)).toMatchObject({
        kind: 'gtin13',
        restrictedCirculation: true,
        itemReference: null,
        price: null,
        netWeightGrams: null,
      });
    }
  });

  test('says its weight', () => {
    expect(read(numberOf('211234500608'), priced, weighed)).toMatchObject({
      itemReference: '12345',
      netWeightGrams: 608,
      price: null,
      verifierOk: null,
      gtin: { checkDigitOk: true },
    });
  });

  test('says its price, and whether its verifier is right', () => {
    const price = { digits: '2875', decimals: 2, currency: null, currencyNumber: null, minorUnits: 2_875 };
    expect(read(numberOf('201234592875'), priced)).toMatchObject({ itemReference: '12345', price, verifierOk: true });
    expect(read(numberOf('201234582875'), priced)).toMatchObject({ itemReference: '12345', price, verifierOk: false });
  });

  test('with a wrong check digit is read, and the digit reported', () => {
    expect(read('2112345006080', weighed)).toMatchObject({ netWeightGrams: 608, gtin: { checkDigitOk: false } });
  });

  test('of twelve digits is the same with its zero', () => {
    const template = { layout: '02IIIIIPPPPPC', decimals: 2 };
    expect(read(numberOf('21234501307'), template)).toMatchObject({
      kind: 'gtin12',
      restrictedCirculation: true,
      itemReference: '12345',
      price: { minorUnits: 1_307 },
    });
  });

  test('is read by the template with the longest prefix', () => {
    const special = { layout: '2199IIIWWWWWC', decimals: 2 };
    for (const templates of [
      [weighed, special],
      [special, weighed],
    ]) {
      expect(read(numberOf('219912300608'), ...templates)).toMatchObject({
        itemReference: '123',
        netWeightGrams: 6_080,
      });
    }
  });

  test.each(['9312345678907', '1234567890128', '0312345678906'])('is not %s', (text) => {
    expect(read(text, weighed).restrictedCirculation).toBe(false);
  });

  test.each(['0212345678907', '2912345678901', '212345678901', '20000001', '00000017', '02123456789010'])(
    'is %s',
    (text) => {
      expect(read(text).restrictedCirculation).toBe(true);
    },
  );

  test('gives back what was written into it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{5}$/), fc.nat(9_999), fc.nat(5), (item, amount, decimals) => {
        const digits = String(amount).padStart(4, '0');
        const number = numberOf(`20${item}${verifierDigitOf(digits)}${digits}`);
        expect(read(number, { ...priced, decimals })).toMatchObject({
          itemReference: item,
          price: { digits, decimals },
          verifierOk: true,
        });
      }),
    );
  });
});

describe('the schema of templates', () => {
  test.each(['20IIIIIVPPPPC', '21IIIIIWWWWWC', '02IIIIIPPPPPC', '2812IIIWWWWxC', '25PPPPPVIIIIC', '29IIIIVWWWWWC'])(
    'takes %s',
    (layout) => {
      expect(RestrictedTemplateSchema.safeParse({ layout, decimals: 2 }).success).toBe(true);
    },
  );

  test.each([
    ['another prefix', '93IIIIIWWWWWC', 3],
    ['too few digits', '21IIIIWWWWWC', 3],
    ['no check digit', '21IIIIIWWWWWW', 3],
    ['an item in two parts', '21IIWWWWWIIIC', 3],
    ['no item', '21xxxxxWWWWWC', 3],
    ['neither price nor weight', '21IIIIIxxxxxC', 3],
    ['price and weight', '21IIIIPPPWWWC', 3],
    ['two verifiers', '21IIIVVPPPPPC', 2],
    ['a verifier of three digits', '2812IIIWWWVxC', 2],
    ['a verifier of six digits', '21IIIVPPPPPPC', 2],
    ['negative decimals', '21IIIIIWWWWWC', -1],
    ['six decimals', '21IIIIIWWWWWC', 6],
    ['half a decimal', '21IIIIIWWWWWC', 0.5],
  ])('refuses %s', (_, layout, decimals) => {
    expect(RestrictedTemplateSchema.safeParse({ layout, decimals }).success).toBe(false);
  });

  test('takes a price or weight and an item wherever they stand, and the number is read by it', () => {
    const layout = fc
      .record({
        measure: fc.constantFrom('PPPP', 'PPPPP', 'WWWW', 'WWWWW'),
        verifier: fc.constantFrom('', 'V'),
        item: fc.integer({ min: 1, max: 4 }),
      })
      .chain(({ measure, verifier, item }) => {
        const unused = 'x'.repeat(10 - measure.length - verifier.length - item);
        return fc.shuffledSubarray([measure, verifier, 'I'.repeat(item), unused], { minLength: 4 });
      })
      .map((parts) => `23${parts.join('')}C`);
    fc.assert(
      fc.property(layout, fc.nat(5), fc.stringMatching(/^\d{10}$/), (text, decimals, rest) => {
        const template = RestrictedTemplateSchema.parse({ layout: text, decimals });
        const label = read(numberOf(`23${rest}`), template);
        const digitsAt = (letters: RegExp): string =>
          Array.from(`23${rest}`)
            .filter((_, at) => letters.test(text.charAt(at)))
            .join('');
        expect(label.itemReference).toBe(digitsAt(/I/));
        if (text.includes('P')) expect(label.price?.digits).toBe(digitsAt(/P/));
        else expect(label.netWeightGrams).not.toBeNull();
        expect(label.verifierOk === null).toBe(!text.includes('V'));
      }),
    );
  });
});
