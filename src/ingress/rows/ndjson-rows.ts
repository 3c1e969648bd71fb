import { isUtf8 } from 'node:buffer';
import { fromUnreadable, rowBytesMax, type Unreadable } from '../../domain/unreadable-row.ts';
import type { RowBlock } from '../../store/row-block.ts';

const newline = 0x0a;
const openingBrace = 0x7b;
/** Space, tab, carriage return: what a line may begin with and still be a row, and what a blank line is made of. */
const blanks: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0d]);

export const tooLarge: Unreadable = { code: 'row.too_large', detail: `is longer than ${rowBytesMax} bytes` };
export const badEncoding: Unreadable = { code: 'row.encoding', detail: 'is not valid UTF-8' };
const notObject: Unreadable = { code: 'row.json', detail: 'is not one JSON object' };

export const toUnreadableLine = (unreadable: Unreadable): Buffer => Buffer.from(`${fromUnreadable(unreadable)}\n`);

/**
 * Rows of NDJSON as they come, by their bytes: nothing is parsed here, and most of it is not even copied. Blank lines are no
 * rows. Whoever reads a row finds out what is wrong inside it.
 */
export async function* readNdjson(body: AsyncIterable<Buffer>): AsyncGenerator<RowBlock> {
  /** The beginning of a line whose end has not come yet, no more of it than a row may have. */
  let carried: Buffer[] = [];
  let carriedBytes = 0;
  const carry = (piece: Buffer): void => {
    if (carriedBytes <= rowBytesMax) carried.push(piece);
    carriedBytes += piece.length;
  };
  /** What is carried, ended by `rest`. Of a line that is too long some of the middle is missing, and enough is left. */
  const complete = (rest: Buffer): Buffer => {
    const lines = Buffer.concat([...carried, rest]);
    carried = [];
    carriedBytes = 0;
    return lines;
  };
  for await (const chunk of body) {
    const first = chunk.indexOf(newline);
    if (first === -1) {
      carry(chunk);
      continue;
    }
    const start = carriedBytes === 0 ? 0 : first + 1;
    if (start > 0) yield* cutLines(complete(chunk.subarray(0, start)));
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > start) yield* cutLines(chunk.subarray(start, end));
    if (end < chunk.length) carry(chunk.subarray(end));
  }
  if (carriedBytes > 0) yield* cutLines(complete(Buffer.of(newline)));
}

/** @param lines whole lines, the last one ended, too */
function* cutLines(lines: Buffer): Generator<RowBlock> {
  const parts: Buffer[] = [];
  let rows = 0;
  /** Rows without fault that lie together. */
  let goodStart = 0;
  let goodRows = 0;
  const endGood = (end: number): void => {
    if (goodRows > 0) parts.push(...checkEncoding(lines.subarray(goodStart, end)));
    rows += goodRows;
    goodRows = 0;
  };
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf(newline, at);
    const fault =
      end - at <= rowBytesMax && lines[at] === openingBrace ? undefined : findFault(lines.subarray(at, end));
    if (fault === undefined) {
      goodRows += 1;
    } else {
      endGood(at);
      goodStart = end + 1;
      if (fault !== 'blank') {
        parts.push(toUnreadableLine({ ...fault, text: lines.toString('utf8', at, Math.min(end, at + 1_000)) }));
        rows += 1;
      }
    }
    at = end + 1;
  }
  endGood(lines.length);
  const [only] = parts;
  if (only !== undefined) yield { lines: parts.length === 1 ? only : Buffer.concat(parts), rows };
}

function findFault(line: Buffer): Unreadable | 'blank' | undefined {
  let at = 0;
  while (blanks.has(line[at])) at += 1;
  if (at === line.length) return 'blank';
  if (line.length > rowBytesMax) return tooLarge;
  return line[at] === openingBrace ? undefined : notObject;
}

/** Rarely more than one part: the line that is not UTF-8 is looked for only where there is one. */
function checkEncoding(lines: Buffer): Buffer[] {
  if (isUtf8(lines)) return [lines];
  const parts: Buffer[] = [];
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf(newline, at) + 1;
    const line = lines.subarray(at, end);
    parts.push(
      isUtf8(line) ? line : toUnreadableLine({ ...badEncoding, text: line.toString('utf8', 0, 1_000).trimEnd() }),
    );
    at = end;
  }
  return parts;
}
