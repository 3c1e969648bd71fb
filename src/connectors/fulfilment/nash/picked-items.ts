import type { PickedItem } from '../../../domain/picking.ts';
import { toGrams } from '../../../domain/weight.ts';
import { PickedRowSchema, type PickedRow } from './wire.ts';

/** Null when a row cannot be read, which `unreadable` names: settling the rest would bill the customer wrongly. */
export type Picks = { items: readonly PickedItem[]; unreadable: null } | { items: null; unreadable: string };

/**
 * What Nash's `picked_items` say (Pick and Pack guide, "Picked items"; OpenAPI `PickedItemsSerializer`, where every field
 * may be null). A row must tell which line it answers, how many were picked and, unless that is none, of which SKU and for
 * how much; what else is missing is filled only from what the guide says it must equal.
 */
export function toPickedItems(rows: readonly unknown[]): Picks {
  const items: PickedItem[] = [];
  for (const [index, row] of rows.entries()) {
    const read = PickedRowSchema.safeParse(row);
    if (!read.success) return unreadable(index, read.error.issues[0]?.path[0]);
    const item = toPickedItem(read.data);
    if (typeof item === 'string') return unreadable(index, item);
    items.push(item);
  }
  return { items, unreadable: null };
}

const unreadable = (index: number, field: PropertyKey | undefined): Picks =>
  lacking(`picked_items.${index}.${String(field ?? 'row')}`);

export const lacking = (what: string): Picks => ({ items: null, unreadable: what });

/** The item, or the name of the field without which there is none. */
function toPickedItem(row: PickedRow): PickedItem | string {
  const { quantity } = row;
  // A straight pick fulfils the line whose id it bears.
  const requestedId = row.requested_id ?? row.id ?? null;
  const requestedSku = row.requested_sku ?? (row.id === null || row.id === undefined ? null : (row.sku ?? null));
  const sku = row.sku ?? (quantity === 0 ? requestedSku : null);
  const priceCents = row.price_cents ?? (quantity === 0 ? 0 : null);
  if (requestedId === null) return 'requested_id';
  if (sku === null) return 'sku';
  if (requestedSku === null) return 'requested_sku';
  if (priceCents === null) return 'price_cents';
  const weight = row.weight ?? null;
  const weightGrams = weight === null ? null : toGrams(weight);
  if (weightGrams === undefined) return 'weight';
  return {
    // Null says "no line of its own", and a row that leaves it out says nothing: then the SKU decides.
    id: row.id === undefined && sku === requestedSku ? requestedId : (row.id ?? null),
    sku,
    name: row.name ?? sku,
    status: row.status ?? '',
    quantity,
    requested_quantity: row.requested_quantity ?? null,
    weight: weight === null ? null : Number(weight),
    price_cents: priceCents,
    requested_id: requestedId,
    requested_sku: requestedSku,
    scanned_barcode: row.scanned_barcode ?? row.scanned_code ?? null,
    scans: row.scans?.map(toScan) ?? null,
    lineId: requestedId,
    weightGrams,
  };
}

const toScan = ({ substitution_type, barcodes }: NonNullable<PickedRow['scans']>[number]) => ({
  substitutionType: substitution_type ?? null,
  barcodes: (barcodes ?? []).map((scanned) => ({
    barcode: scanned.barcode ?? null,
    format: scanned.format ?? null,
    isVariableWeight: scanned.is_variable_weight ?? null,
    weight: scanned.weight ?? null,
    weightUnit: scanned.weight_unit ?? null,
    priceCents: scanned.price_cents ?? null,
    productCode: scanned.product_code ?? null,
    expirationDate: scanned.expiration_date ?? null,
  })),
});
