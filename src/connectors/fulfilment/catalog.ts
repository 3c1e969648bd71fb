import type { BatchAnswer } from '../../domain/batch-outcome.ts';
import type { RunKind } from '../../domain/bulk-run.ts';
import type { InventoryRow } from '../../domain/inventory-row.ts';
import type { ProductRow } from '../../domain/product-row.ts';

/** The most that one request takes. */
export interface BatchLimits {
  rowsMax: number;
  /** Of the rows' texts together, in UTF-8, a comma after each. */
  bytesMax: number;
}

/** A row as it goes out: written once by the connector, and never parsed again. */
export interface ProductToPut {
  readonly externalIdentifier: string;
  readonly text: string;
}

export interface InventoryToPut {
  readonly externalProductId: string;
  readonly externalStoreLocationId: string;
  readonly text: string;
}

export interface PageQuery {
  /** From 0. */
  pageIndex: number;
  numResultsPerPage: number;
}

/** What is left out matches everything. */
export interface ProductQuery extends PageQuery {
  search?: string | undefined;
  /** A list with commas. */
  skus?: string | undefined;
}

export interface InventoryQuery extends ProductQuery {
  externalStoreLocationId?: string | undefined;
  externalProductId?: string | undefined;
  semanticSearch?: string | undefined;
}

/**
 * A row that the partner has, in the shape of ours: what is null there is left out, what only they know is, too. It need
 * not be one that we could have sent: somebody else may have made it. Nash has 0 where no quantity was ever sent.
 */
export interface ListedRow {
  partnerId: string;
  row: Readonly<Record<string, unknown>>;
}

/** Totals move while one pages: the end is a short page, or as many rows as the total says. */
export interface ListedPage {
  rows: readonly ListedRow[];
  total: number;
}

/**
 * A fulfilment system's catalogue and stock. The puts are upserts by key and safe to repeat; no key may be in two rows of a
 * request. An answer is about every row; whatever is not an answer (429, 5xx, no reply, a reply of another shape) is thrown
 * as a Failure, and the same rows may be sent again.
 */
export interface FulfilmentCatalog {
  readonly limits: Readonly<Record<RunKind, BatchLimits>>;
  /** What goes out of a row, and nothing else: equal rows are equal text. */
  productText(row: ProductRow): string;
  inventoryText(row: InventoryRow): string;
  putProducts(rows: readonly ProductToPut[]): Promise<BatchAnswer>;
  putInventory(rows: readonly InventoryToPut[]): Promise<BatchAnswer>;
  listProducts(query: ProductQuery): Promise<ListedPage>;
  listInventory(query: InventoryQuery): Promise<ListedPage>;
}
