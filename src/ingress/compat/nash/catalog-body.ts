import type { RowError } from '../../../domain/bulk-run.ts';
import { readInventoryRow, type InventoryRow } from '../../../domain/inventory-row.ts';
import { readProductRow, type ProductRow } from '../../../domain/product-row.ts';
import type { RowReading } from '../../../domain/row-reading.ts';

/** Rows of a body in Nash's shape, or a message for each field that is wrong, as Nash's 422 has them. */
export type CatalogBody<Row> =
  | { readonly rows: readonly Row[]; readonly fields?: never }
  | { readonly fields: Readonly<Record<string, string>>; readonly rows?: never };

/**
 * `POST /v1/products` as Nash takes it, but for one thing: `externalIdentifier` is optional there, and each row without one
 * a new product. Here it is required.
 */
export const readProductsBody = (body: unknown): CatalogBody<ProductRow> =>
  readRows(body, 'products', 1_000, readProductRow);

/** `POST /v1/inventory` as Nash takes it; product and store are required, as no row is known without them. */
export const readInventoryBody = (body: unknown): CatalogBody<InventoryRow> =>
  readRows(body, 'inventory', 10_000, readInventoryRow);

/** More would be a report, not a reason. */
const fieldsMax = 100;

function readRows<Row>(
  body: unknown,
  name: string,
  rowsMax: number,
  read: (row: object) => RowReading<Row>,
): CatalogBody<Row> {
  const list: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (list === undefined) return { fields: { [name]: 'field required' } };
  if (!Array.isArray(list)) return { fields: { [name]: 'value is not a valid list' } };
  if (list.length > rowsMax) return { fields: { [name]: `ensure this value has at most ${rowsMax} items` } };
  const rows: Row[] = [];
  const faults: [string, string][] = [];
  for (const [index, item] of list.entries()) {
    if (faults.length >= fieldsMax) break;
    const reading = isObject(item) ? read(item) : { errors: [notObject] };
    if (reading.row !== undefined) rows.push(reading.row);
    else faults.push(...(reading.errors ?? []).map((error) => toField(`${name}.${index}`, error)));
  }
  return faults.length === 0 ? { rows } : { fields: Object.fromEntries(faults.slice(0, fieldsMax)) };
}

const notObject: RowError = { code: 'row.json', detail: 'value is not a valid dict', pointer: '' };

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `/dimensions/depth` of the third product is `products.2.dimensions.depth`. */
const toField = (row: string, { pointer, detail }: RowError): [string, string] => [
  `${row}${pointer.replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')}`,
  detail,
];
