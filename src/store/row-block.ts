/**
 * Some rows of an upload, in order: lines of UTF-8, each ended by `\n`, one row a line. What could not be a row is a line
 * all the same (`src/domain/unreadable-row.ts`), so that every row of the upload has its number.
 */
export interface RowBlock {
  lines: Uint8Array;
  /** How many lines. */
  rows: number;
}
