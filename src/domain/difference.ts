/** In which ways a bag may differ from what was asked, in the order in which they are told. */
export const differenceCodes = [
  'short',
  'substituted',
  /** The customer wanted the money back instead. */
  'substitution_unwanted',
  'over_picked',
  /** Of no line of the order. */
  'added',
  'weight_differs',
  /** Sold by weight, and the pick does not say how much: its price is compared as that of pieces. */
  'weight_missing',
  'price_differs',
  /** Against what it took the place of; cheaper is welcome. */
  'substitute_price_differs',
  'label_weight_differs',
  'label_price_differs',
  /** The labels name another currency than the order's, or one that does not exist; what they say is not added up. */
  'label_currency_differs',
  /** None was picked, says the row, and that it weighs or costs something. */
  'units_missing',
] as const;
export type DifferenceCode = (typeof differenceCodes)[number];

export interface Difference {
  code: DifferenceCode;
  /** Null for an addition. */
  lineId: string | null;
  sku: string;
  unit: 'units' | 'grams' | 'minorUnits';
  expected: number;
  actual: number;
  /** Within the rules; else somebody has to look before this is invoiced. */
  tolerated: boolean;
}
export type Found = Omit<Difference, 'lineId' | 'sku'>;

export const differ = (
  code: DifferenceCode,
  unit: Difference['unit'],
  expected: number,
  actual: number,
  tolerated: boolean,
): Found => ({ code, unit, expected, actual, tolerated });
