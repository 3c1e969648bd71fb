import { hash } from 'node:crypto';
import type { FulfilmentCatalog, InventoryToPut, ProductToPut } from '../connectors/fulfilment/catalog.ts';
import type { RowError, RunKind } from '../domain/bulk-run.ts';
import { makeFingerprint, type Fingerprint } from '../domain/fingerprint.ts';
import { inventoryRowKey, readInventoryRow } from '../domain/inventory-row.ts';
import { productRowKey, readProductRow } from '../domain/product-row.ts';
import { applySafetyStock, type SafetyStockRule } from '../domain/safety-stock.ts';
import { fingerprintBytes, fingerprintKeyBytes } from '../store/delta.ts';

/** A row as it will be sent. */
export interface RunRow {
  /** What two rows about the same thing have in common. */
  identity: string;
  fingerprint: Fingerprint;
  put: ProductToPut | InventoryToPut;
  /** Of its text, in UTF-8. */
  bytes: number;
  warnings: readonly RowError[];
}
export type MadeRow = RunRow | { errors: readonly RowError[] };

const sha1 = (text: string): string => hash('sha1', text);

const finish = (identity: string, put: RunRow['put'], warnings: readonly RowError[]): RunRow => ({
  identity,
  fingerprint: makeFingerprint(sha1, identity, put.text),
  put,
  bytes: Buffer.byteLength(put.text),
  warnings,
});

export interface RowReaderOptions {
  /** Writes a row as the partner takes it. */
  catalog: Pick<FulfilmentCatalog, 'productText' | 'inventoryText'>;
  safetyStock: readonly SafetyStockRule[];
}

/** Reads a line of the spool: checked, normalised, what is kept back taken off, written as it goes out. */
export function makeRowReader(kind: RunKind, { catalog, safetyStock }: RowReaderOptions): (line: string) => MadeRow {
  return kind === 'products'
    ? (line) => {
        const reading = readProductRow(line);
        if (reading.row === undefined) return { errors: reading.errors };
        const { row, warnings } = reading;
        const put = { externalIdentifier: row.externalIdentifier, text: catalog.productText(row) };
        return finish(productRowKey(row), put, warnings);
      }
    : (line) => {
        const reading = readInventoryRow(line);
        if (reading.row === undefined) return { errors: reading.errors };
        const row = applySafetyStock(reading.row, safetyStock, []);
        const { externalProductId, externalStoreLocationId } = row;
        const put = { externalProductId, externalStoreLocationId, text: catalog.inventoryText(row) };
        return finish(inventoryRowKey(row), put, reading.warnings);
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
