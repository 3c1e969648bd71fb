import { CsvError, parse } from 'csv-parse';
import type { RunKind } from '../../domain/bulk-run.ts';
import { makeRowOfCells } from '../../domain/csv-cells.ts';
import { findHeaderFault, isNote } from '../../domain/csv-columns.ts';
import { rowBytesMax } from '../../domain/unreadable-row.ts';
import type { RowBlock } from '../../store/row-block.ts';
import { makeRefusal } from '../problem.ts';
import { badEncoding, tooLarge, toUnreadableLine } from './ndjson-rows.ts';

/** Of one record. What is longer is a quote that nobody closed. */
const recordCharactersMax = 4_194_304;
/** What decoding leaves in the place of bytes that are not UTF-8. */
const replacement = '\uFFFD';

/**
 * Rows of CSV (RFC 4180: commas, double quotes, lines ended by CRLF or LF), under a header line of documented columns. A
 * quote inside a cell that is not quoted stands for itself, as in `5" pan`. Empty lines are no rows, neither are lines whose
 * cells are all empty, as spreadsheets leave them.
 * @throws Failure `rows.csv` for a header that will not do or a quote that is not closed, `rows.incomplete` where the body
 * ends inside quotes
 */
export async function* readCsvRows(body: AsyncIterable<Buffer>, kind: RunKind): AsyncGenerator<RowBlock> {
  let toLine: ((cells: readonly string[]) => Buffer) | undefined;
  let lines: Buffer[] = [];
  const takeLines = (): RowBlock => {
    const block = { lines: Buffer.concat(lines), rows: lines.length };
    lines = [];
    return block;
  };
  const parser = parse({
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: recordCharactersMax,
    // Taken here and not from the stream, which would make an event of each row.
    on_record(cells: readonly string[]) {
      if (toLine === undefined) toLine = readHeader(kind, cells);
      else lines.push(toLine(cells));
      return null;
    },
  });
  // Whoever writes is told of it.
  parser.on('error', () => {});
  const settle = (act: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      act((error) => (error ? reject(toFailure(error)) : resolve()));
    });
  for await (const chunk of body) {
    await settle((done) => parser.write(chunk, done));
    if (lines.length > 0) yield takeLines();
  }
  await settle((done) => parser.end(done));
  if (lines.length > 0) yield takeLines();
  if (toLine === undefined) throw makeRefusal('rows.csv', 'the header line is missing');
}

function readHeader(kind: RunKind, header: readonly string[]): (cells: readonly string[]) => Buffer {
  const fault = findHeaderFault(kind, header);
  if (fault !== undefined) throw makeRefusal('rows.csv', fault);
  const toRow = makeRowOfCells(kind, header);
  return (cells) => {
    const text = cells.join(',');
    if (cells.length !== header.length) {
      const detail = `has ${cells.length} cells under a header of ${header.length}`;
      return toUnreadableLine({ code: 'row.cells', detail, text });
    }
    // Notes quote what was sent before: what is wrong with that is not wrong with the row.
    if (text.includes(replacement) && cells.some((cell, at) => cell.includes(replacement) && !isNote(header[at] ?? '')))
      return toUnreadableLine({ ...badEncoding, text });
    const line = Buffer.from(`${JSON.stringify(toRow(cells))}\n`);
    return line.length > rowBytesMax ? toUnreadableLine({ ...tooLarge, text }) : line;
  };
}

function toFailure(error: Error): Error {
  if (!(error instanceof CsvError)) return error;
  const line = String(error['lines']);
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return makeRefusal('rows.incomplete', `the body ended inside quotes, in line ${line}`);
  }
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    const detail = `a row of more than ${recordCharactersMax} characters, near line ${line}: is a quote not closed?`;
    return makeRefusal('rows.csv', detail);
  }
  return makeRefusal('rows.csv', `not CSV, in line ${line}`, { detail: { reason: error.code } });
}
