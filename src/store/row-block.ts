/**
 * Some rows of an upload, in order: lines of UTF-8, each ended by `\n`, one row a line. What could not be a row is a line
 * all the same (`src/domain/unreadable-row.ts`), so that every row of the upload has its number.
 */
export interface RowBlock {
  lines: Uint8Array;
  /** How many lines. */
  rows: number;
}

const newline = 0x0a;

/** As many of its first rows as there is room for, none perhaps; and the others, if there are any. */
export function splitBlock(block: RowBlock, room: { rows: number; bytes: number }): [RowBlock, RowBlock | undefined] {
  const { lines } = block;
  if (block.rows <= room.rows && lines.length <= room.bytes) return [block, undefined];
  let [at, rows] = [0, 0];
  while (rows < room.rows) {
    const end = lines.indexOf(newline, at) + 1;
    if (end === 0 || end > room.bytes) break;
    at = end;
    rows += 1;
  }
  return [
    { lines: lines.subarray(0, at), rows },
    { lines: lines.subarray(at), rows: block.rows - rows },
  ];
}
