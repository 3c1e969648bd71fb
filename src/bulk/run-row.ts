import type { FulfilmentCatalog, InventoryToPut, ProductToPut } from '../connectors/fulfilment/catalog.ts';
import type { RowError, RunKind } from '../domain/bulk-run.ts';
import type { Fingerprint } from '../domain/fingerprint.ts';
import { inventoryRowKey, readInventoryRow, type InventoryRow } from '../domain/inventory-row.ts';
import { productRowKey, readProductRow } from '../domain/product-row.ts';
import type { SafetyStock } from '../domain/safety-stock.ts';
import { digest48 } from '../platform/text-digest.ts';
import { fingerprintBytes, fingerprintKeyBytes } from '../store/delta.ts';
import { productKey } from '../store/product-categories.ts';

/** A row as it will be sent. */
export interface RunRow {
  /** What two rows about the same thing have in common. */
  identity: string;
  fingerprint: Fingerprint;
  put: ProductToPut | InventoryToPut;
  /** Of its text, in UTF-8. */
  bytes: number;
  warnings: readonly RowError[];
  /** Of a product. */
  categories?: readonly string[];
  /** Of stock whose rules go by category: its product, and the row as it is made for one of these. */
  byCategory?: { productKey: number; make: (categories: readonly string[]) => RunRow } | undefined;
}
export type MadeRow = RunRow | { errors: readonly RowError[] };

/** The key of the fingerprint that a row about this has. */
export const toRowKey = (identity: string): number => digest48(identity);

export const fingerprintOf = (identity: string, text: string): Fingerprint => ({
  key: toRowKey(identity),
  value: digest48(text),
});

const finish = (identity: string, put: RunRow['put'], warnings: readonly RowError[]): RunRow => ({
  identity,
  fingerprint: fingerprintOf(identity, put.text),
  put,
  bytes: Buffer.byteLength(put.text),
  warnings,
});

export interface RowReaderOptions {
  /** Writes a row as the partner takes it. */
  catalog: Pick<FulfilmentCatalog, 'productText' | 'inventoryText'>;
  safetyStock: SafetyStock;
  /** Stock of other stores is not taken. */
  storeLocationId?: string | null;
}

const otherStore: RowError = {
  code: 'row.other_store',
  detail: 'is not the store that this snapshot is of',
  pointer: '/externalStoreLocationId',
};

/** Reads a line of the spool: checked, normalised, what is kept back taken off, written as it goes out. */
export function makeRowReader(
  kind: RunKind,
  { catalog, safetyStock, storeLocationId = null }: RowReaderOptions,
): (line: string) => MadeRow {
  const goesByCategory = safetyStock.categories.length > 0;
  const makeStock = (sent: InventoryRow, warnings: readonly RowError[], categories: readonly string[]): RunRow => {
    const row = safetyStock.apply(sent, categories);
    const { externalProductId, externalStoreLocationId } = row;
    const put = { externalProductId, externalStoreLocationId, text: catalog.inventoryText(row) };
    return finish(inventoryRowKey(row), put, warnings);
  };
  return kind === 'products'
    ? (line) => {
        const reading = readProductRow(line);
        if (reading.row === undefined) return { errors: reading.errors };
        const { row, warnings } = reading;
        const put = { externalIdentifier: row.externalIdentifier, text: catalog.productText(row) };
        return { ...finish(productRowKey(row), put, warnings), categories: row.categories };
      }
    : (line) => {
        const { row, warnings, errors } = readInventoryRow(line);
        if (row === undefined) return { errors };
        if (storeLocationId !== null && row.externalStoreLocationId !== storeLocationId)
          return { errors: [otherStore] };
        const made = makeStock(row, warnings, []);
        if (!goesByCategory) return made;
        const make = (categories: readonly string[]) => makeStock(row, warnings, categories);
        return { ...made, byCategory: { productKey: productKey(row.externalProductId), make } };
      };
}

/** The fingerprints of rows as the delta state takes them. */
export function packFingerprints(rows: readonly { readonly fingerprint: Fingerprint }[]): Buffer {
  const packed = Buffer.allocUnsafe(rows.length * fingerprintBytes);
  for (const [at, { fingerprint }] of rows.entries()) {
    packed.writeUIntBE(fingerprint.key, at * fingerprintBytes, fingerprintKeyBytes);
    packed.writeUIntBE(fingerprint.value, at * fingerprintBytes + fingerprintKeyBytes, fingerprintKeyBytes);
  }
  return packed;
}

export function packKeys(rows: readonly { readonly fingerprint: Fingerprint }[]): Buffer {
  const packed = Buffer.allocUnsafe(rows.length * fingerprintKeyBytes);
  for (const [at, { fingerprint }] of rows.entries()) {
    packed.writeUIntBE(fingerprint.key, at * fingerprintKeyBytes, fingerprintKeyBytes);
  }
  return packed;
}
