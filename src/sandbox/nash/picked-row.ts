import type { NashAnswers } from './answers.ts';

export interface Weighing {
  weightKg: number;
  priceCents: number;
  label: string;
  gtin14: string;
}

/** One picked item, before it is spelled in one of Nash's generations. */
export interface PickedRow {
  id: string | null;
  sku: string;
  name: string;
  outcome: 'full' | 'partial' | 'none' | 'preferred_substitute' | 'other_substitute';
  quantity: number;
  requestedQuantity: number | null;
  weightKg: number | null;
  priceCents: number;
  requestedId: string;
  requestedSku: string;
  scannedBarcode: string | null;
  scans: Weighing[] | null;
}

/** A row, or one given by a test that is answered as it is. */
export type Picked = PickedRow | { verbatim: Record<string, unknown> };

/** The guide's words (snake_case generation, "opaque pass-through") and the OpenAPI document's, by outcome. */
const statusWords = {
  full: ['no_substitution', 'picked'],
  partial: ['no_substitution', 'partially_picked'],
  none: ['no_substitution', 'not_picked'],
  preferred_substitute: ['pre_selected', 'substituted'],
  other_substitute: ['override', 'substituted'],
} as const satisfies Record<PickedRow['outcome'], readonly [string, string]>;

/** A row as the Pick and Pack guide prints it ("fields are never omitted"), or as OpenAPI `PickedItemsSerializer` does. */
export function toPickedItem(picked: Picked, spelling: NashAnswers['spelling']): Record<string, unknown> {
  if ('verbatim' in picked) return picked.verbatim;
  return spelling === 'picked_items' ? toSnake(picked) : toCamel(picked);
}

const substitutionType = (row: PickedRow): string => statusWords[row.outcome][0];

const toSnake = (row: PickedRow): Record<string, unknown> => ({
  id: row.id,
  sku: row.sku,
  name: row.name,
  status: statusWords[row.outcome][0],
  quantity: row.quantity,
  requested_quantity: row.requestedQuantity,
  weight: row.weightKg,
  price_cents: row.priceCents,
  requested_id: row.requestedId,
  requested_sku: row.requestedSku,
  scanned_barcode: row.scannedBarcode,
  scans:
    row.scans?.map((scan) => ({
      substitution_type: substitutionType(row),
      barcodes: [
        {
          barcode: scan.label,
          format: 'gs1_databar',
          is_variable_weight: true,
          weight: scan.weightKg,
          weight_unit: 'kg',
          price_cents: scan.priceCents,
          product_code: scan.gtin14,
          expiration_date: null,
        },
      ],
    })) ?? null,
});

const toCamel = (row: PickedRow): Record<string, unknown> => ({
  id: row.id,
  sku: row.sku,
  name: row.name,
  status: statusWords[row.outcome][1],
  quantity: row.quantity,
  requestedQuantity: row.requestedQuantity,
  weight: row.weightKg,
  priceCents: row.priceCents,
  requestedId: row.requestedId,
  requestedSku: row.requestedSku,
  scannedBarcode: row.scannedBarcode,
  scans:
    row.scans?.map((scan) => ({
      substitutionType: substitutionType(row),
      barcodes: [
        {
          barcode: scan.label,
          format: 'gs1_databar',
          isVariableWeight: true,
          weight: scan.weightKg,
          weightUnit: 'kg',
          priceCents: scan.priceCents,
          productCode: scan.gtin14,
          expirationDate: null,
        },
      ],
    })) ?? null,
});
