import type { RunKind } from '../../../domain/bulk-run.ts';
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
  rows.map((wire) => ({
    partnerId: typeof wire['id'] === 'string' ? wire['id'] : '',
    row: Object.fromEntries(
      fields[kind].flatMap((name) => {
        const value = withoutNulls(wire[name]);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  }));

function withoutNulls(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls).filter((item) => item !== undefined);
  if (typeof value !== 'object') return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const kept = withoutNulls(member);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
