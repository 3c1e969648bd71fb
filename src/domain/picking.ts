import type { Line } from './order-input.ts';

/** One barcode inside one scan, as the partner parsed it. */
export interface ScannedBarcode {
  barcode: string;
  format: string | null;
  isVariableWeight: boolean | null;
  weight: number | null;
  weightUnit: string | null;
  priceCents: number | null;
  productCode: string | null;
  expirationDate: string | null;
}

/**
 * What the picker put in the bag for one requested line: Nash's 12 fields in its own names (Pick and Pack, "Picked
 * items"), plus `lineId` and `weightGrams`. `price_cents` is the price of the whole line, weight already in it.
 */
export interface PickedItem {
  id: string | null;
  sku: string;
  name: string;
  /** Free text of the upstream provider; decides nothing. */
  status: string;
  quantity: number;
  requested_quantity: number | null;
  /** Net kilograms. */
  weight: number | null;
  price_cents: number;
  requested_id: string;
  requested_sku: string;
  scanned_barcode: string | null;
  scans: readonly { substitutionType: string | null; barcodes: readonly ScannedBarcode[] }[] | null;
  /** Our line: the one whose id is `requested_id`, null when the order has no such line. */
  lineId: string | null;
  weightGrams: number | null;
}

/** A pick is a substitution if and only if it names no line of its own or another SKU than asked (same source). */
export const isSubstitution = (item: Pick<PickedItem, 'id' | 'sku' | 'requested_sku'>): boolean =>
  item.id === null || item.sku !== item.requested_sku;

/** Asked against picked, for one line. */
export interface SettledLine {
  lineId: string;
  sku: string;
  requestedQuantity: number;
  pickedQuantity: number;
  shortQuantity: number;
  substituted: boolean;
  weightGrams: number | null;
  priceMinor: number;
}

/**
 * Requested lines against picked items. Several picks may share one line (a split substitution) and the same SKU may
 * stand on two lines, so picks are gathered by line, never by SKU; a line with no pick at all is wholly short.
 */
export function settleLines(lines: readonly Line[], picked: readonly PickedItem[]): SettledLine[] {
  return lines.map((line) => {
    const picks = picked.filter((item) => item.lineId === line.id && item.quantity > 0);
    const pickedQuantity = sum(picks.map((item) => item.quantity));
    const weights = picks.flatMap((item) => (item.weightGrams === null ? [] : [item.weightGrams]));
    return {
      lineId: line.id,
      sku: line.sku,
      requestedQuantity: line.quantity,
      pickedQuantity,
      shortQuantity: Math.max(0, line.quantity - pickedQuantity),
      substituted: picks.some(isSubstitution),
      weightGrams: weights.length === 0 ? null : sum(weights),
      priceMinor: sum(picks.map((item) => item.price_cents)),
    };
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
