import * as z from 'zod';
import { localAmount } from './application-identifiers.ts';
import { verifierDigitOf } from './check-digit.ts';
import { kilogramsToGrams } from './label-decimal.ts';
import type { Label } from './label.ts';

/** Prefix, then runs of I, P or W, V and x in any order, then C. */
const shape = /^(02|2\d)\d{0,4}[IPWVx]+C$/;
const measuresOf = (layout: string): readonly string[] => layout.match(/P+|W+/g) ?? [];

/**
 * How a shop writes prices or weights into the numbers that it gives out itself (EAN-13 with the prefixes 02 and 20 to 29,
 * or their 12-digit form without the leading zero). Nothing in such a number says how it is to be read.
 */
export const RestrictedTemplateSchema = z
  .strictObject({
    layout: z
      .string()
      .length(13)
      .regex(shape, 'begins with the digits 02 or 20 to 29, ends with C')
      .meta({
        description:
          'The 13 digits: those that the number begins with, then I for the item, P for its price or W for its weight, ' +
          'V for the verifier digit of the price or weight, x for a digit without meaning, and C for the check digit',
        examples: ['21IIIIIWWWWWC', '20IIIIVPPPPxC'],
      }),
    decimals: z.int().min(0).max(5).meta({ description: 'Decimals of the price, or of the weight in kilograms' }),
  })
  .refine(({ layout }) => layout.match(/I+/g)?.length === 1, 'the digits of the item stand together, once')
  .refine(({ layout }) => measuresOf(layout).length === 1, 'either P or W, together and once')
  .refine(
    ({ layout }) =>
      !layout.includes('V') || (/^[^V]*V[^V]*$/.test(layout) && /^.{4,5}$/.test(measuresOf(layout)[0] ?? '')),
    'one V at the most, for a price or weight of four or five digits',
  );
export type RestrictedTemplate = z.infer<typeof RestrictedTemplateSchema>;

/** Numbers of companies and regions (GS1 prefixes 02, 20 to 29; those of EAN-8 that begin with 0 or 2). */
export const isRestricted = (digits: string): boolean =>
  /^([02]\d{7}|2\d{11}|(02|2\d)\d{11}|0(02|2\d)\d{11})$/.test(digits);

/** What a restricted number of 12 or 13 digits says by the template with the longest prefix that fits it; null if none does. */
export function readRestricted(
  digits: string,
  templates: readonly RestrictedTemplate[],
  currency: string,
): Pick<Label, 'itemReference' | 'price' | 'netWeightGrams' | 'verifierOk'> | null {
  const number = digits.padStart(13, '0');
  const template = templates
    .filter(({ layout }) => number.startsWith(prefixOf(layout)))
    .toSorted((a, b) => prefixOf(b.layout).length - prefixOf(a.layout).length)[0];
  if (template === undefined) return null;
  const { layout, decimals } = template;
  const at = (letter: string): string => number.slice(layout.indexOf(letter), layout.lastIndexOf(letter) + 1);
  const isPrice = layout.includes('P');
  const measured = { digits: at(isPrice ? 'P' : 'W'), decimals };
  return {
    itemReference: at('I'),
    price: isPrice ? localAmount(measured, currency) : null,
    netWeightGrams: isPrice ? null : kilogramsToGrams(measured),
    verifierOk: layout.includes('V') ? at('V') === verifierDigitOf(measured.digits) : null,
  };
}

const prefixOf = (layout: string): string => /^\d+/.exec(layout)?.[0] ?? '';
