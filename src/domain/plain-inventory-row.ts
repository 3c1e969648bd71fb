import { isCurrency } from './currency.ts';
import type { InventoryRow } from './inventory-row.ts';
import { isExternalId } from './order-input.ts';
import { rowWholeMax } from './row-fields.ts';

/**
 * A row of the most usual kind, as the schema (inventory-row.ts) reads it, in a quarter of the time: product, store,
 * availability, and perhaps quantity, value and currency. Undefined for any other, right or wrong, which the schema judges.
 */
export function readPlainInventoryRow(document: object): InventoryRow | undefined {
  const sent: { readonly [Field in keyof InventoryRow]?: unknown } = document;
  for (const name in sent) if (!plainFields.has(name)) return undefined;
  const { externalProductId, externalStoreLocationId, available, quantity, valueCents, currency } = sent;
  if (!isExternalId(externalProductId) || !isExternalId(externalStoreLocationId)) return undefined;
  if (typeof available !== 'boolean') return undefined;
  // In the schema's order, and what was left out stays out.
  const row: InventoryRow = { externalProductId, externalStoreLocationId, available };
  if (quantity !== undefined) {
    if (!isWhole(quantity)) return undefined;
    row.quantity = quantity;
  }
  if (valueCents !== undefined) {
    if (!isWhole(valueCents)) return undefined;
    row.valueCents = valueCents;
  }
  if (currency !== undefined) {
    if (typeof currency !== 'string' || !isCurrency(currency)) return undefined;
    row.currency = currency;
  }
  return row;
}

const plainFields: ReadonlySet<string> = new Set([
  'externalProductId',
  'externalStoreLocationId',
  'available',
  'quantity',
  'valueCents',
  'currency',
]);

const isWhole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= rowWholeMax && !Object.is(value, -0);
