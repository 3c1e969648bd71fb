export const runKinds = ['products', 'inventory'] as const;
export type RunKind = (typeof runKinds)[number];
/** What became of a row: each row of a finished run has exactly one. */
export const rowVerdicts = ['accepted', 'unchanged', 'rejected', 'superseded'] as const;
export type RowVerdict = (typeof rowVerdicts)[number];
/** Why a row was not taken: our code or the partner's, and where in the row (JSON Pointer). */
export interface RowError {
  code: string;
  detail: string;
  pointer: string;
}
