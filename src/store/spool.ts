import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createZstdCompress, zstdCompress, zstdDecompress } from 'node:zlib';
import { Failure } from '../domain/failure.ts';
import { blobBytesMax, type Blobs } from '../platform/blobs.ts';
import { splitBlock, type RowBlock } from './row-block.ts';

/** Of one segment: few enough to be read whole, so many that a run of 25 million rows has a thousand at most. */
export const segmentRowsMax = 50_000;
export const segmentBytesMax = 8 * 1_048_576;

/** A part of a run's rows that lies in one blob. */
export interface Segment {
  /** From 1. */
  number: number;
  /** The number of its first row; the run's first row is 1. */
  firstRow: number;
  rows: number;
  /** Of its lines, before compression. */
  bytes: number;
}

/** All that was spooled. */
export interface Spooled {
  segments: number;
  rows: number;
  bytes: number;
  /** SHA-256 of all lines, in hexadecimal: of two uploads of the same rows it is the same, however they were cut. */
  digest: string;
}

export interface SpooledLine {
  row: number;
  /** For the reader of such rows (`readProductRow`, `readInventoryRow`). */
  text: string;
}

const spoolFolder = (runId: string): string => `runs/${runId}/`;
const segmentName = (runId: string, number: number): string => `${spoolFolder(runId)}rows-${number}`;
/** Costs half of what gzip does at its fastest, and leaves two thirds. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Compressed at a time: each piece is a turn of another thread, and what comes from a socket is small pieces. */
const pieceBytes = 256 * 1_024;
/** zlib takes no fewer. */
const chunkBytesMin = 64;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * Writes the rows of a run to segments, in order, holding no more than a compressed one or two. Resolves when the last one
 * is durable. When the rows break off it rejects with their failure, and what was written stays for the caller to delete.
 * @param onSegment told of each segment that is durable, in order; the next one waits for it
 */
export async function writeSpool(
  blobs: Blobs,
  runId: string,
  blocks: AsyncIterable<RowBlock>,
  onSegment: (segment: Segment) => Promise<void> | void = () => {},
): Promise<Spooled> {
  const digest = createHash('sha256');
  const source = createSource(blocks);
  const written: Spooled = { segments: 0, rows: 0, bytes: 0, digest: '' };
  let putting = Promise.resolve();
  const put = async (segment: Segment, compressed: Uint8Array): Promise<void> => {
    await blobs.put(segmentName(runId, segment.number), compressed);
    await onSegment(segment);
  };
  try {
    for (;;) {
      const segment: Segment = { number: written.segments + 1, firstRow: written.rows + 1, rows: 0, bytes: 0 };
      const lines = async function* () {
        for await (const { rows, lines: piece } of inLargePieces(source.take())) {
          segment.rows += rows;
          segment.bytes += piece.length;
          digest.update(piece);
          yield piece;
        }
      };
      const compressed = await pipeline(lines, createZstdCompress(compression), buffer);
      await putting;
      if (segment.rows === 0) break;
      written.segments += 1;
      written.rows += segment.rows;
      written.bytes += segment.bytes;
      // While it becomes durable the next one is read.
      putting = put(segment, compressed);
      putting.catch(() => {});
    }
  } finally {
    await Promise.allSettled([putting, source.close()]);
  }
  return { ...written, digest: digest.digest('hex') };
}

/** Writes one segment whole, over what there is of that number: for who comes back to where he was. */
export async function putSegment(
  blobs: Blobs,
  runId: string,
  { number, firstRow }: Pick<Segment, 'number' | 'firstRow'>,
  { lines, rows }: RowBlock,
): Promise<Segment> {
  await blobs.put(segmentName(runId, number), await compress(lines, compression));
  return { number, firstRow, rows, bytes: lines.length };
}

/**
 * The lines of a segment with their rows' numbers.
 * @throws Failure `malformed` `spool.lost` when it is not there, or not what was written
 */
export async function readSegment(
  blobs: Blobs,
  runId: string,
  segment: Pick<Segment, 'number' | 'firstRow' | 'bytes'>,
): Promise<Iterable<SpooledLine>> {
  const name = segmentName(runId, segment.number);
  const compressed = await blobs.get(name);
  if (compressed === undefined) throw new Failure('malformed', 'spool.lost', `the blob ${name} is not there`);
  // In one piece: in pieces of 16 KiB, as is the default, it takes ten times as long.
  const size = { chunkSize: Math.max(chunkBytesMin, segment.bytes), maxOutputLength: blobBytesMax };
  const lines = await decompress(compressed, size).catch((cause: unknown) => {
    throw new Failure('malformed', 'spool.lost', `the blob ${name} is damaged`, { cause });
  });
  if (lines.length !== segment.bytes) throw new Failure('malformed', 'spool.lost', `the blob ${name} is another one`);
  return numberLines(lines, segment.firstRow);
}

/** All that lies there of the run, its verdicts too. */
export const deleteSpool = (blobs: Blobs, runId: string): Promise<void> => blobs.delete(spoolFolder(runId));

/** As a number it is looked for three times as fast as as text. */
const newline = 0x0a;

function* numberLines(lines: Buffer, firstRow: number): Generator<SpooledLine> {
  let row = firstRow;
  for (let at = 0; at < lines.length; row += 1) {
    const end = lines.indexOf(newline, at);
    yield { row, text: lines.toString('utf8', at, end) };
    at = end + 1;
  }
}

/** Blocks, cut so that what is taken at one go is one segment's. */
function createSource(blocks: AsyncIterable<RowBlock>) {
  const iterator = blocks[Symbol.asyncIterator]();
  let rest: RowBlock | undefined;
  return {
    async *take(): AsyncGenerator<RowBlock> {
      const room = { rows: segmentRowsMax, bytes: segmentBytesMax };
      for (;;) {
        const block = rest ?? (await nextOf(iterator));
        if (block === undefined) return;
        const [fitting, over] = splitBlock(block, room);
        rest = over;
        room.rows -= fitting.rows;
        room.bytes -= fitting.lines.length;
        if (fitting.rows > 0) yield fitting;
        if (over !== undefined) return;
      }
    },
    async close(): Promise<void> {
      await iterator.return?.();
    },
  };
}

async function* inLargePieces(blocks: AsyncIterable<RowBlock>): AsyncGenerator<RowBlock> {
  let parts: Uint8Array[] = [];
  let [rows, bytes] = [0, 0];
  for await (const block of blocks) {
    parts.push(block.lines);
    rows += block.rows;
    bytes += block.lines.length;
    if (bytes < pieceBytes) continue;
    yield { lines: Buffer.concat(parts), rows };
    parts = [];
    [rows, bytes] = [0, 0];
  }
  if (rows > 0) yield { lines: Buffer.concat(parts), rows };
}

async function nextOf(iterator: AsyncIterator<RowBlock>): Promise<RowBlock | undefined> {
  const next = await iterator.next();
  return next.done === true ? undefined : next.value;
}
