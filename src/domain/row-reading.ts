import type { RowError } from './bulk-run.ts';

/**
 * What came of reading a row. Warnings are about rows that are taken; a row that is not has at least one error. `row` has
 * its fields in the schema's order and no nulls, so that equal rows are equal JSON.
 */
export type RowReading<Row> =
  | { readonly row: Row; readonly warnings: readonly RowError[]; readonly errors?: never }
  | { readonly errors: readonly RowError[]; readonly row?: never };
