import type { RunKind } from '../../domain/bulk-run.ts';
import { toCells, toCsvLine } from '../../domain/csv-cells.ts';
import { csvColumns } from '../../domain/csv-columns.ts';
import { rowBytesMax } from '../../domain/unreadable-row.ts';
import type { RunItem } from './read-items.ts';

/** In pieces of so many characters, so that a million rejects are not a million writes. */
const pieceCharacters = 65_536;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each row as it was sent, with `_row` and `_errors` beside its fields: fixed, it can be sent back with them. */
export async function* toRejectNdjson(rejects: AsyncIterable<RunItem>): AsyncGenerator<string> {
  for await (const { row, errors, sent, excerpt } of rejects) {
    // Where it was no object there is nothing to fix: it is shown.
    const shown = excerpt ?? (sent === undefined || isObject(sent) ? undefined : JSON.stringify(sent));
    const notes = {
      _row: row,
      _errors: errors.map((error) => ({ ...error, ...(shown === undefined ? {} : { shown }) })),
    };
    const fields = isObject(sent) ? sent : {};
    const line = JSON.stringify({ ...fields, ...notes });
    // A row that has room for itself only would be refused for what we wrote beside it.
    yield `${Buffer.byteLength(line) <= rowBytesMax ? line : JSON.stringify(fields)}\n`;
  }
}

/** The same as a table; what no column can hold (a field that there is not) stands in `_errors` alone. */
export async function* toRejectCsv(kind: RunKind, rejects: AsyncIterable<RunItem>): AsyncGenerator<string> {
  yield `${toCsvLine([...csvColumns[kind].keys(), '_row', '_errors'])}\r\n`;
  for await (const { row, errors, sent, excerpt } of rejects) {
    const reasons = errors.map(({ code, detail, pointer }) => [pointer, detail, `(${code})`].filter(Boolean).join(' '));
    const said = [...reasons, ...(excerpt === undefined ? [] : [`sent: ${excerpt}`])].join('; ');
    yield `${toCsvLine([...toCells(kind, sent), String(row), said])}\r\n`;
  }
}

/** What is written, as the body of an answer; reading stops when whoever reads it goes away. */
export function toBodyStream(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(joinPieces(pieces));
}

async function* joinPieces(pieces: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  let joined = '';
  for await (const piece of pieces) {
    joined += piece;
    if (joined.length < pieceCharacters) continue;
    yield Buffer.from(joined);
    joined = '';
  }
  if (joined !== '') yield Buffer.from(joined);
}
