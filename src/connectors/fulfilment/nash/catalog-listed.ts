import type { RunKind } from '../../../domain/bulk-run.ts';
import { withoutNulls } from '../../../domain/without-nulls.ts';
import type { ListedRow } from '../catalog.ts';

/** What a row of ours may have; ids and dates of Nash's own are not among it. */
const fields: Readonly<Record<RunKind, readonly string[]>> = {
  products: [
    'externalIdentifier',
    'sku',
    'name',
    'description',
    'imageUrls',
    'categories',
    'weight',
    'dimensions',
    'identifiers',
    'attributes',
    'details',
    'providerConfigs',
  ],
  inventory: [
    'externalProductId',
    'externalStoreLocationId',
    'available',
    'quantity',
    'valueCents',
    'currency',
    'location',
    'details',
    'providerConfigs',
  ],
};

/** Nash answers every field, null where there is nothing (OpenAPI `ProductOutputSerializer`, `StoreInventoryOutputSerializer`). */
export const toListedRows = (kind: RunKind, rows: readonly Record<string, unknown>[]): ListedRow[] =>
  rows.map((wire) => {
    const known = fields[kind].flatMap((name) => (name in wire ? [[name, wire[name]] as const] : []));
    return {
      partnerId: typeof wire['id'] === 'string' ? wire['id'] : '',
      row: withoutNulls(Object.fromEntries(known), true),
    };
  });
