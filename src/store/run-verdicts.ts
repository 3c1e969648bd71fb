import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { rowVerdicts, type RowError, type RowVerdict } from '../domain/bulk-run.ts';
import { Failure } from '../domain/failure.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { StoreDeps } from './deps.ts';
import { verdictsBlob } from './runs.ts';
import { parseStored } from './stored-json.ts';

/** What became of the rows of one segment, by their place in it. */
export interface SegmentVerdicts {
  /** One byte a row; 0: none yet. */
  bytes: Buffer;
  /** Why rows were rejected, and what was remarked about others. */
  reasons: Map<number, readonly RowError[]>;
}

export const verdictByte = (verdict: RowVerdict): number => rowVerdicts.indexOf(verdict) + 1;
/** Undefined: none yet, or none any more in a run that was canceled. */
export const toVerdict = (byte: number | undefined): RowVerdict | undefined =>
  byte === undefined || byte === 0 ? undefined : rowVerdicts[byte - 1];

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Puts them into the blob store: a line with the number of rows, a byte for each, a line for each that has reasons. */
export async function storeVerdicts(
  blobs: Blobs,
  runId: string,
  segment: number,
  { bytes, reasons }: SegmentVerdicts,
): Promise<void> {
  const lines = [...reasons].map(([index, errors]) => `${JSON.stringify({ index, errors })}\n`);
  const parts = [Buffer.from(`${bytes.length}\n`), bytes, Buffer.from(lines.join(''))];
  await blobs.put(verdictsBlob(runId, segment), await compress(Buffer.concat(parts)));
}

/** Of a segment in work, as far as it is committed. */
export async function readWorkVerdicts(
  { redis, keys }: StoreDeps,
  runId: string,
  { number, rows }: { number: number; rows: number },
): Promise<SegmentVerdicts> {
  const [stored, reasons] = await Promise.all([
    redis.getBuffer(keys.runVerdicts(runId, number)),
    redis.hgetall(keys.runReasons(runId, number)),
  ]);
  const bytes = Buffer.alloc(rows);
  stored?.copy(bytes);
  return {
    bytes,
    reasons: new Map(
      Object.entries(reasons).map(([index, errors]) => [Number(index), parseStored<readonly RowError[]>(errors)]),
    ),
  };
}

/** Of any segment, wherever they lie now. Throws Failure `malformed` `run.verdicts_damaged`. */
export async function readVerdicts(
  deps: StoreDeps,
  blobs: Blobs,
  runId: string,
  segment: { number: number; rows: number },
): Promise<SegmentVerdicts> {
  const blob = await blobs.get(verdictsBlob(runId, segment.number));
  if (blob === undefined) return readWorkVerdicts(deps, runId, segment);
  const content = await decompress(blob);
  const from = content.indexOf('\n') + 1;
  const to = from + Number(content.toString('latin1', 0, from - 1));
  if (to !== from + segment.rows) {
    throw new Failure('malformed', 'run.verdicts_damaged', 'the verdicts of this segment are not what was written', {
      detail: { runId, segment: segment.number },
    });
  }
  const lines = content.toString('utf8', to).split('\n').filter(Boolean);
  const reasons = lines.map((line) => parseStored<{ index: number; errors: readonly RowError[] }>(line));
  return {
    bytes: content.subarray(from, to),
    reasons: new Map(reasons.map(({ index, errors }) => [index, errors])),
  };
}
