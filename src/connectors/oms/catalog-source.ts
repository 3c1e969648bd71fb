import type { InventoryRow } from '../../domain/inventory-row.ts';
import type { ProductRow } from '../../domain/product-row.ts';
import type { Unreadable } from '../../domain/unreadable-row.ts';

/** A row as the source has it, or why none can be made: then it stands in the run as one that was refused. */
export type PulledRow<Row> = { readonly row: Row } | { readonly refused: Unreadable };

/** What a source says of one thing that it sells. */
export interface PulledItem {
  /** `gone`: it is not sold any more. The inventory then says so for every store, and there is no product. */
  readonly state: 'sold' | 'gone';
  readonly product?: PulledRow<ProductRow>;
  readonly inventory: readonly PulledRow<InventoryRow>[];
}

/** Where products and stock can be read from. All throw Failure; `rejected` is about the one thing that was asked for. */
export interface CatalogSource {
  /** Ids of everything that there is, sold or not; pages from 1, an empty one is behind the last. */
  listSkuIds(page: number): Promise<readonly string[]>;
  /** `removed`: the source has said that it is not sold any more. */
  readItem(skuId: string, options: { removed: boolean }): Promise<PulledItem>;
}

/** What a connection wants to be pulled. */
export interface PullPolicy {
  /** The connection that the rows go to. */
  targetId: string;
  /** Between two complete reads; null: only when somebody asks. */
  fullEveryMs: number | null;
  /** Between two batches of changes: so often a run begins at the most. */
  pauseMs: number;
}
