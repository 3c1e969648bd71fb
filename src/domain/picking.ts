/** One barcode inside one scan, as the partner parsed it. */
export interface ScannedBarcode {
  barcode: string | null;
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
