import { currencyDecimals, currencyOfNumber } from '../currency.ts';
import { toCheckedNumber } from './check-digit.ts';
import { toLabelDate } from './label-date.ts';
import { kilogramsToGrams, poundsToGrams, toMinorUnits } from './label-decimal.ts';
import type { LabelAmount, LabelContext, LabelDecimal, LabelFacts, UnreadReason } from './label.ts';

/** What one application identifier means to us (GS1 General Specifications, 3.2 to 3.9). */
export interface Meaning {
  /** Characters that always follow; null when the value ends at a separator. */
  fixedLength: number | null;
  /** Writes what the value says into the facts, or answers why it does not. */
  apply(value: string, facts: LabelFacts, context: LabelContext): UnreadReason | null;
}

/** What the decimals digit at the end of an identifier may be: 310n and the like have up to five, amounts up to nine. */
const upTo = (decimalsMax: number): number[] => Array.from({ length: decimalsMax + 1 }, (_, decimals) => decimals);

const digit = /^\d+$/;
/** The letters that GS1 allows in a lot or serial number (same, figure 7.11-1). */
const letter = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/;

/** By application identifier, every decimals digit written out. */
export const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['00', fixed(18, 'sscc', toCheckedNumber)],
  ['01', fixed(14, 'gtin', toCheckedNumber)],
  ['02', fixed(14, 'contentGtin', toCheckedNumber)],
  ['10', upToSeparator(letter, 1, 20, 'batch', (value) => value)],
  ['11', date('producedOn')],
  ['13', date('packedOn')],
  ['15', date('bestBefore')],
  ['16', date('sellBy')],
  ['17', date('expiresOn')],
  ['20', fixed(2, 'variant', (value) => value)],
  ['21', upToSeparator(letter, 1, 20, 'serial', (value) => value)],
  ['30', upToSeparator(digit, 1, 8, 'count', Number)],
  ['37', upToSeparator(digit, 1, 8, 'contentCount', Number)],
  ...family('310', 5, (decimals) => fixed(6, 'netWeightGrams', (digits) => kilogramsToGrams({ digits, decimals }))),
  ...family('320', 5, (decimals) => fixed(6, 'netWeightGrams', (digits) => poundsToGrams({ digits, decimals }))),
  ...family('390', 9, (decimals) => amount('amountPayable', decimals)),
  ...family('391', 9, (decimals) => amountWithCurrency('amountPayable', decimals)),
  ...family('392', 9, (decimals) => amount('price', decimals)),
  ...family('393', 9, (decimals) => amountWithCurrency('price', decimals)),
  // These three have a fixed length and yet need a separator; without one they are read all the same.
  ...family('394', 3, (decimals) => fixed(4, 'discountPercent', (digits) => ({ digits, decimals }))),
  ...family('395', 5, (decimals) => fixed(6, 'pricePerMeasure', (digits) => ({ digits, decimals }))),
  ['8005', fixed(6, 'pricePerMeasureDigits', (digits) => digits)],
]);

/** Whether this would be one of ours, if it had another decimals digit: 3106 is no identifier at all. */
export const isImpossible = (ai: string): boolean => /^(3[12]0|39[0-5])\d$/.test(ai) && !meanings.has(ai);

type Read<Fact> = (value: string, context: LabelContext) => Fact;

/** A fact is said once: again and otherwise is a contradiction, and the first stays. */
function meaning<Slot extends keyof LabelFacts>(
  characters: RegExp,
  lengths: { min: number; max: number },
  slot: Slot,
  read: Read<LabelFacts[Slot]>,
): Meaning {
  const { min, max } = lengths;
  return {
    fixedLength: min === max ? max : null,
    apply(value, facts, context) {
      if (value.length < min) return 'too_short';
      if (value.length > max) return 'too_long';
      if (!characters.test(value)) return 'wrong_characters';
      const fact = read(value, context);
      if (fact === null) return 'no_such_date';
      if (facts[slot] !== null && !isSame(facts[slot], fact)) return 'said_twice';
      facts[slot] = fact;
      return null;
    },
  };
}

function fixed<Slot extends keyof LabelFacts>(length: number, slot: Slot, read: Read<LabelFacts[Slot]>): Meaning {
  return meaning(digit, { min: length, max: length }, slot, read);
}

function upToSeparator<Slot extends keyof LabelFacts>(
  characters: RegExp,
  min: number,
  max: number,
  slot: Slot,
  read: Read<LabelFacts[Slot]>,
): Meaning {
  return meaning(characters, { min, max }, slot, read);
}

function date(slot: 'producedOn' | 'packedOn' | 'bestBefore' | 'sellBy' | 'expiresOn'): Meaning {
  return fixed(6, slot, (value, { year }) => toLabelDate(value, year));
}

function amount(slot: 'amountPayable' | 'price', decimals: number): Meaning {
  return upToSeparator(digit, 1, 15, slot, (digits, { currency }) => localAmount({ digits, decimals }, currency));
}

function amountWithCurrency(slot: 'amountPayable' | 'price', decimals: number): Meaning {
  return upToSeparator(digit, 4, 18, slot, (value) => {
    const currencyNumber = value.slice(0, 3);
    const digits = value.slice(3);
    const currency = currencyOfNumber(currencyNumber);
    const minorUnits = currency === null ? null : toMinorUnits({ digits, decimals }, currencyDecimals(currency));
    return { digits, decimals, currencyNumber, currency, minorUnits };
  });
}

/** An amount in the currency of the place. */
export const localAmount = ({ digits, decimals }: LabelDecimal, currency: string): LabelAmount => ({
  digits,
  decimals,
  currencyNumber: null,
  currency: null,
  minorUnits: toMinorUnits({ digits, decimals }, currencyDecimals(currency)),
});

function family(stem: string, decimalsMax: number, of: (decimals: number) => Meaning): (readonly [string, Meaning])[] {
  return upTo(decimalsMax).map((decimals) => [`${stem}${decimals}`, of(decimals)] as const);
}

const isSame = (before: unknown, now: unknown): boolean =>
  before === now || (typeof now === 'object' && JSON.stringify(before) === JSON.stringify(now));
