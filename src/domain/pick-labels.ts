import { toItemGrams, toWeightUnit } from './item-weight.ts';
import type { PickedItem, ScannedBarcode } from './picking.ts';

/** What the label of one scanned unit says; null for what it does not say. */
export interface PickLabel {
  weightGrams: number | null;
  priceMinor: number | null;
}

/**
 * The labels of a pick, one for each scan: the one place where parsed labels come in. Here they are as the partner parsed
 * them (`scans[].barcodes[]`). None for a pick without scans: nobody says how many units one barcode was scanned for.
 */
export const labelsOf = ({ scans }: Pick<PickedItem, 'scans'>): readonly PickLabel[] =>
  (scans ?? []).map(({ barcodes }) => ({
    weightGrams: firstOf(barcodes, toGrams),
    priceMinor: firstOf(barcodes, ({ priceCents }) => priceCents),
  }));

/** A scan may bring several barcodes, and not all of them say everything. */
function firstOf(barcodes: readonly ScannedBarcode[], read: (barcode: ScannedBarcode) => number | null): number | null {
  for (const barcode of barcodes) {
    const value = read(barcode);
    if (value !== null) return value;
  }
  return null;
}

/** A weight without a unit is in kilograms, like the pick's own. */
function toGrams({ weight, weightUnit }: ScannedBarcode): number | null {
  const unit = toWeightUnit(weightUnit ?? 'kg');
  if (weight === null || unit === undefined) return null;
  return toItemGrams(unit, weight, 1) ?? null;
}
