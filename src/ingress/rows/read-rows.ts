import type { Readable } from 'node:stream';
import type { RunKind } from '../../domain/bulk-run.ts';
import type { RowBlock } from '../../store/row-block.ts';
import { makeRefusal } from '../problem.ts';
import { readCsvRows } from './csv-rows.ts';
import { readJsonRows } from './json-rows.ts';
import { readNdjson } from './ndjson-rows.ts';
import { openBody, type BodyCount } from './open-body.ts';

export interface Upload {
  kind: RunKind;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  body: Readable;
}

const formats: ReadonlyMap<string, 'json' | 'ndjson' | 'csv'> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['text/csv', 'csv'],
]);

/** What the array of rows is called in a JSON body. */
const members: Readonly<Record<RunKind, string>> = { products: 'products', inventory: 'items' };

/**
 * The rows of an upload, in order, in blocks of lines. Memory stays flat whatever comes: a body that never ends, a row that
 * never ends, 10 GB of zeros in 10 MB of gzip.
 * @param count is kept up to date while the body is read
 * @throws Failure as `openBody`, `readJsonRows` and `readCsvRows` say; `rows.content_type` before anything is read
 */
export function readRows(upload: Upload, count: BodyCount): AsyncIterable<RowBlock> {
  const format = readFormat(upload.contentType);
  const body = openBody(upload.body, upload.contentEncoding, count);
  if (format === 'ndjson') return readNdjson(body);
  if (format === 'csv') return readCsvRows(body, upload.kind);
  return readJsonRows(body, members[upload.kind]);
}

function readFormat(contentType = ''): 'json' | 'ndjson' | 'csv' {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const format = formats.get(type);
  if (format === undefined) throw makeRefusal('rows.content_type', `"${type.slice(0, 80)}" is no format of rows`);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.replace(/^charset="?|"$/g, '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw makeRefusal('rows.content_type', 'rows are UTF-8');
  }
  return format;
}
