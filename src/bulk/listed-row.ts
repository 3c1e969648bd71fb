import type { FulfilmentCatalog, ListedPage } from '../connectors/fulfilment/catalog.ts';
import type { RunKind } from '../domain/bulk-run.ts';
import { inventoryRowKey, readInventoryRow } from '../domain/inventory-row.ts';
import { productRowKey, readProductRow } from '../domain/product-row.ts';
import { digest48 } from '../platform/text-digest.ts';
import { listedBytes } from '../store/delta-listed.ts';
import { toRowKey } from './run-row.ts';

type Row = ListedPage['rows'][number]['row'];
type Texts = Pick<FulfilmentCatalog, 'productText' | 'inventoryText'>;

/** A listed row as it may have been sent. */
interface ListedAs {
  identity: string;
  /** What was on the wire, in the spellings that come back alike; none of a row that we could not have sent. */
  texts: readonly string[];
}

const keyBytes = listedBytes / 3;

/**
 * Lists in packed form (store/delta-listed.ts), a part for each row; undefined for one that bears no key of ours: it was
 * made by somebody else.
 */
export function makeListedPacker(kind: RunKind, catalog: Texts): (row: Row) => Buffer | undefined {
  const read = kind === 'products' ? readProduct : readItem;
  return (row) => {
    const listed = read(row, catalog);
    if (listed === undefined) return undefined;
    const { identity, texts } = listed;
    const [first = '', second = first] = texts;
    const packed = Buffer.allocUnsafe(listedBytes);
    packed.writeUIntBE(toRowKey(identity), 0, keyBytes);
    packed.writeUIntBE(digest48(first), keyBytes, keyBytes);
    packed.writeUIntBE(digest48(second), 2 * keyBytes, keyBytes);
    return packed;
  };
}

function readProduct(listed: Row, { productText }: Texts): ListedAs | undefined {
  const externalIdentifier = wordOf(listed, 'externalIdentifier');
  if (externalIdentifier === undefined) return undefined;
  const { row } = readProductRow(listed);
  return { identity: productRowKey({ externalIdentifier }), texts: row === undefined ? [] : [productText(row)] };
}

function readItem(listed: Row, { inventoryText }: Texts): ListedAs | undefined {
  const externalProductId = wordOf(listed, 'externalProductId');
  const externalStoreLocationId = wordOf(listed, 'externalStoreLocationId');
  if (externalProductId === undefined || externalStoreLocationId === undefined) return undefined;
  const identity = inventoryRowKey({ externalProductId, externalStoreLocationId });
  const { row } = readInventoryRow(listed);
  if (row === undefined) return { identity, texts: [] };
  // A quantity that was never sent is listed as 0.
  const { quantity, ...uncounted } = row;
  return { identity, texts: quantity === 0 ? [inventoryText(row), inventoryText(uncounted)] : [inventoryText(row)] };
}

const wordOf = (row: Row, name: string): string | undefined => {
  const value = row[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
