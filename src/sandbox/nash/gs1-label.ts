/** What an in-store label says of one weighed pack. */
export interface LabelFacts {
  gtin14: string;
  weightGrams: number;
  priceCents: number;
  /** `YYMMDD`. */
  bestBefore?: string;
}

/**
 * A GS1 element string of at least 24 characters, as the Pick and Pack guide's `scanned_barcode`: (01) GTIN, (15) best
 * before, (3103) net weight in grams, (3922) price with two decimals. The price is last, so that no separator is needed.
 */
export const makeGs1Label = ({ gtin14, weightGrams, priceCents, bestBefore }: LabelFacts): string =>
  `01${gtin14}${bestBefore === undefined ? '' : `15${bestBefore}`}3103${String(weightGrams).padStart(6, '0')}3922${String(priceCents).padStart(7, '0')}`;

/** A GTIN-14 with a right check digit: the line's own barcode if it is a GTIN, else one made from the digits of its SKU. */
export function makeGtin14(barcode: string | null | undefined, sku: string): string {
  if (barcode !== null && barcode !== undefined && /^\d{8}$|^\d{12,14}$/.test(barcode))
    return barcode.padStart(14, '0');
  const body = sku.replaceAll(/\D/g, '').slice(-13).padStart(13, '0');
  return body + checkDigit(body);
}

/** GS1 General Specifications: weights 3 and 1 from the right. */
const checkDigit = (body: string): string => {
  const sum = Array.from(body)
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
};
