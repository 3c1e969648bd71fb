import type { Line } from '../../src/domain/order-input.ts';
import type { PickedItem } from '../../src/domain/picking.ts';

/** A line of units at one major unit each. */
export const askFor = (id: string, sku: string, quantity: number, changes: Partial<Line> = {}): Line => ({
  id,
  sku,
  name: sku,
  quantity,
  unitPriceMinor: 100,
  ...changes,
});

/** The line picked as it was asked for. */
export const pickOf = (asked: Line, changes: Partial<PickedItem> = {}): PickedItem => ({
  id: asked.id,
  sku: asked.sku,
  name: asked.name,
  status: 'no_substitution',
  quantity: asked.quantity,
  requested_quantity: asked.quantity,
  weight: null,
  price_cents: asked.quantity * asked.unitPriceMinor,
  requested_id: asked.id,
  requested_sku: asked.sku,
  scanned_barcode: null,
  scans: null,
  lineId: asked.id,
  weightGrams: null,
  ...changes,
});

/** One scan as the partner parsed it; of a text that says nothing to us unless one is given. */
export const scanOf = (
  weight: number | null,
  priceCents: number | null,
  weightUnit: string | null = 'kg',
  barcode = 'SHELF-17',
): NonNullable<PickedItem['scans']>[number] => ({
  substitutionType: 'no_substitution',
  barcodes: [
    {
      barcode,
      format: 'gs1_databar',
      isVariableWeight: true,
      weight,
      weightUnit,
      priceCents,
      productCode: null,
      expirationDate: null,
    },
  ],
});
