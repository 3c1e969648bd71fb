import { Readable } from 'node:stream';
import type { RunKind } from '../../../src/domain/bulk-run.ts';
import { readRows } from '../../../src/ingress/rows/read-rows.ts';

export interface ReadUpload {
  kind?: RunKind;
  type?: string;
  encoding?: string;
  /** The body in the pieces in which it comes. */
  body: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array>;
}

/** Reads an upload to its end: its lines, one for each row, and how many bytes there were. */
export async function readUpload(upload: ReadUpload): Promise<{ lines: string[]; bytes: number; wireBytes: number }> {
  const { kind = 'inventory', type = 'application/x-ndjson', encoding } = upload;
  const pieces = Symbol.iterator in upload.body ? [...upload.body].map((piece) => Buffer.from(piece)) : upload.body;
  const count = { wireBytes: 0, bytes: 0 };
  const body = Readable.from(pieces, { objectMode: false });
  const lines: string[] = [];
  for await (const block of readRows({ kind, contentType: type, contentEncoding: encoding, body }, count)) {
    const text = Buffer.from(block.lines).toString();
    if (!text.endsWith('\n')) throw new Error('a block does not end its last line');
    const some = text.slice(0, -1).split('\n');
    if (some.length !== block.rows) throw new Error(`${some.length} lines said to be ${block.rows} rows`);
    lines.push(...some);
  }
  return { lines, ...count };
}

/** Every way to cut bytes in two, or into pieces of one size. */
export const cutAt = (bytes: Buffer, at: number): Buffer[] => [bytes.subarray(0, at), bytes.subarray(at)];
export const cutEvery = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    Buffer.from(bytes.subarray(n * size, (n + 1) * size)),
  );
