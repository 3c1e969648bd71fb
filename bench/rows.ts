import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { constants, zstdCompressSync } from 'node:zlib';
import { readInventoryRow } from '../src/domain/inventory-row.ts';
import { readRows } from '../src/ingress/rows/read-rows.ts';
import { createDiskBlobs } from '../src/platform/disk-blobs.ts';
import { writeSpool } from '../src/store/spool.ts';
import { defineBenchmark } from './benchmark.ts';
import { median } from './statistics.ts';

/** As a socket delivers it. */
const chunkBytes = 65_536;
const rowsPerPiece = 10_000;
/** Half of what has to be sustained from one end to the other on two cores. */
const wanted = 100_000;

/** Inventory rows on their way into the spool and out of a line, each beside the least that has to be done. */
export const rows = defineBenchmark({
  name: 'rows',
  shows: 'inventory rows of an NDJSON upload spooled, and rows read and judged, per second of one core',
  size: { rounds: 5, rowCount: 1_000_000 },
  quickSize: { rounds: 1, rowCount: 20_000 },
  async run({ rounds, rowCount }, say) {
    const lines = Array.from({ length: rowsPerPiece }, (_, at) => lineOf(at));
    const piece = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const pieces = Math.ceil(rowCount / rowsPerPiece);
    const folder = await mkdtemp(join(tmpdir(), 'packline-bench-'));
    const spooled: number[] = [];
    const least: number[] = [];
    const judged: number[] = [];
    const parsed: number[] = [];
    try {
      for (let round = 1; round <= rounds; round += 1) {
        const blobs = createDiskBlobs(join(folder, String(round)));
        spooled.push(await pace(async () => (await writeSpool(blobs, 'run_1', upload(piece, pieces))).rows));
        least.push(await pace(() => hashAndCompress(piece, pieces)));
        judged.push(await pace(() => count(lines, pieces, (line) => readInventoryRow(line).row !== undefined)));
        parsed.push(await pace(() => count(lines, pieces, (line) => JSON.parse(line) !== undefined)));
        say(`round ${round} of ${rounds}: ${spooled.at(-1)}/s spooled, ${judged.at(-1)}/s judged`);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    const row = (what: string, samples: number[], ceiling: { is: number; what: string }) => ({
      what,
      figure: median(samples),
      unit: '/s' as const,
      better: 'higher' as const,
      ceiling,
      target: { of: 'figure' as const, is: wanted },
      samples,
    });
    return {
      rows: [
        row('inventory rows spooled by one core', spooled, { is: median(least), what: 'zstd and SHA-256 alone' }),
        row('inventory rows judged by one core', judged, { is: median(parsed), what: 'JSON.parse alone' }),
      ],
      details: { bytesPerRow: piece.length / rowsPerPiece, spooled, least, judged, parsed },
    };
  },
});

const lineOf = (at: number): string =>
  JSON.stringify({
    externalProductId: `SKU-${100_000 + ((at * 7) % 99_991)}`,
    externalStoreLocationId: `store-${at % 120}`,
    available: at % 9 !== 0,
    quantity: (at * 7_919) % 400,
    valueCents: (at * 104_729) % 9_999,
    currency: 'BRL',
    location: { aisle: String(at % 40), bay: `B${at % 7}`, shelf: String(at % 5) },
  });

function upload(piece: Buffer, pieces: number) {
  function* chunks() {
    for (let n = 0; n < pieces; n += 1) {
      for (let at = 0; at < piece.length; at += chunkBytes) yield piece.subarray(at, at + chunkBytes);
    }
  }
  const body = Readable.from(chunks(), { objectMode: false });
  const type = { contentType: 'application/x-ndjson', contentEncoding: undefined };
  return readRows({ kind: 'inventory', ...type, body }, { wireBytes: 0, bytes: 0 });
}

function hashAndCompress(piece: Buffer, pieces: number): number {
  const digest = createHash('sha256');
  for (let n = 0; n < pieces; n += 1) {
    digest.update(piece);
    zstdCompressSync(piece, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  }
  return digest.digest().length > 0 ? pieces * rowsPerPiece : 0;
}

function count(lines: readonly string[], times: number, isGood: (line: string) => boolean): number {
  let good = 0;
  for (let n = 0; n < times; n += 1) for (const line of lines) good += isGood(line) ? 1 : 0;
  if (good !== times * lines.length) throw new Error('rows were not taken');
  return good;
}

/** Rows per second of processor time, of all threads. */
async function pace(act: () => number | Promise<number>): Promise<number> {
  const began = process.cpuUsage();
  const done = await act();
  const { user, system } = process.cpuUsage(began);
  return Math.round((done / (user + system)) * 1e6);
}
