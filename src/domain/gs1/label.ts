import type { RestrictedTemplate } from './restricted-template.ts';

/**
 * What a scanned text is, before anything in it is believed: `gs1` an element string, `gtin…` the number of an EAN, UPC or
 * ITF-14 symbol by its length, `sscc` the bare number of a logistic unit, `opaque` anything else, `none` nothing at all.
 */
export type LabelKind = 'none' | 'gs1' | 'gtin8' | 'gtin12' | 'gtin13' | 'gtin14' | 'sscc' | 'opaque';

/** A number that ends with a check digit. A wrong one is reported and nothing more: real labels have them. */
export interface CheckedNumber {
  digits: string;
  expectedCheckDigit: string;
  checkDigitOk: boolean;
}

/** `digits` with the point `decimals` places from the right: exact, whatever its length. */
export interface LabelDecimal {
  digits: string;
  decimals: number;
}

export interface LabelAmount extends LabelDecimal {
  /** ISO 4217 number as the label has it; null for an amount in the currency of the place. */
  currencyNumber: string | null;
  /** Its alphabetic code, null without a number or with one that no currency has. */
  currency: string | null;
  /** In minor units of its currency; null when it is no whole number of them or the currency is unknown. */
  minorUnits: number | null;
}

/** Everything that a label can say, null where it does not. Dates are plain days, `YYYY-MM-DD`, without a zone. */
export interface LabelFacts {
  /** AI 00. */
  sscc: CheckedNumber | null;
  /** AI 01, or the number of an EAN, UPC or ITF-14 symbol, as many digits as were scanned. */
  gtin: CheckedNumber | null;
  /** AI 02: what the logistic unit contains. */
  contentGtin: CheckedNumber | null;
  batch: string | null;
  producedOn: string | null;
  packedOn: string | null;
  bestBefore: string | null;
  sellBy: string | null;
  expiresOn: string | null;
  variant: string | null;
  serial: string | null;
  /** AI 30: pieces in a variable-measure item. */
  count: number | null;
  /** AI 37: items in the logistic unit. */
  contentCount: number | null;
  /** AI 310n and 320n, and weights in store numbers; fractions of a gram rounded half up. */
  netWeightGrams: number | null;
  /** AI 390n, 391n. */
  amountPayable: LabelAmount | null;
  /** AI 392n, 393n, and prices in store numbers: the price of this one item. */
  price: LabelAmount | null;
  /** AI 394n, in percent. */
  discountPercent: LabelDecimal | null;
  /** AI 395n. */
  pricePerMeasure: LabelDecimal | null;
  /** AI 8005. Six digits; where their point lies is agreed between partners and not on the label. */
  pricePerMeasureDigits: string | null;
}

export interface LabelElement {
  /** Application identifier. */
  ai: string;
  value: string;
}

export type UnreadReason =
  | 'no_such_ai'
  | 'too_short'
  | 'too_long'
  | 'wrong_characters'
  | 'no_such_date'
  /** The label has said it before, and otherwise. */
  | 'said_twice';

export interface Unread {
  /** The part of the text, its application identifier included. */
  text: string;
  reason: UnreadReason;
}

export interface Label extends LabelFacts {
  kind: LabelKind;
  /** Which symbol it was, if the scanner said so: its name, or the identifier that we have no name for. */
  symbology: string | null;
  /** What was read of an element string, in its order; those that mean nothing to us as well. */
  elements: readonly LabelElement[];
  /** What was not. Every character of an element string is in `elements` or here. */
  unread: readonly Unread[];
  /** A number that a company or a region gives out itself (prefixes 02 and 20 to 29): it says nothing elsewhere. */
  restrictedCirculation: boolean;
  /** The item's own number within a store number that a template reads. */
  itemReference: string | null;
  /** Whether the verifier digit of the price or weight in a store number is right; null without one. */
  verifierOk: boolean | null;
}

/** What a label leaves to the place where it is read. */
export interface LabelContext {
  /** The current year: two digits of a year mean the one nearest to it. */
  year: number;
  /** ISO 4217 code of amounts that do not name theirs. */
  currency: string;
  /** How the merchant writes prices and weights into numbers of its own: without, such a number says nothing more. */
  templates?: readonly RestrictedTemplate[];
}

/** A label that says nothing yet. */
export const noFacts = (): LabelFacts => ({
  sscc: null,
  gtin: null,
  contentGtin: null,
  batch: null,
  producedOn: null,
  packedOn: null,
  bestBefore: null,
  sellBy: null,
  expiresOn: null,
  variant: null,
  serial: null,
  count: null,
  contentCount: null,
  netWeightGrams: null,
  amountPayable: null,
  price: null,
  discountPercent: null,
  pricePerMeasure: null,
  pricePerMeasureDigits: null,
});
