import type { RowError } from './bulk-run.ts';

/** What one request with many rows came to. Rows are named by their index in the request. */
export type BatchAnswer =
  /** Taken. Every row but these is as it was sent. */
  | {
      kind: 'taken';
      rejected: ReadonlyMap<number, readonly RowError[]>;
      /** The partner said nothing of them. */
      unconfirmed: readonly number[];
    }
  /** Not one row was taken, because of these (at least one); the others may be sent again. */
  | { kind: 'refused'; rejected: ReadonlyMap<number, readonly RowError[]> }
  /** Not one row was taken, and nobody says because of which. */
  | { kind: 'refusedWhole'; errors: readonly RowError[] }
  /** More bytes than the partner takes at once. */
  | { kind: 'tooLarge' };

/** Rows that go out together. */
export interface BatchRequest<Row> {
  readonly rows: readonly Row[];
  /** They were sent before, and the partner said nothing of them. */
  readonly again: boolean;
}

/** Rows that have come to their end: each row of a plan is in exactly one of these. */
export interface EndedRows<Row> {
  accepted: readonly Row[];
  rejected: readonly { row: Row; errors: readonly RowError[] }[];
}

/** How a batch comes to its end. A request whose call failed (429, 5xx, no answer) is simply sent again. */
export interface BatchPlan<Row> {
  /** Undefined when there is nothing to send now: all have ended, or the rest is under way. */
  next(): BatchRequest<Row> | undefined;
  tell(request: BatchRequest<Row>, answer: BatchAnswer): EndedRows<Row>;
}
