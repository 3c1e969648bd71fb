import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Blobs } from '../../src/platform/blobs.ts';
import { createDiskBlobs } from '../../src/platform/disk-blobs.ts';
import { splitBlock, type RowBlock } from '../../src/store/row-block.ts';
import {
  deleteSpool,
  readSegment,
  segmentBytesMax,
  segmentRowsMax,
  writeSpool,
  type Segment,
} from '../../src/store/spool.ts';

async function openDisk(): Promise<Blobs> {
  const folder = await mkdtemp(join(tmpdir(), 'packline-spool-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return createDiskBlobs(folder);
}

const toBlock = (lines: readonly string[]): RowBlock => ({
  lines: Buffer.from(lines.map((line) => `${line}\n`).join('')),
  rows: lines.length,
});
async function* inBlocks(lines: readonly string[], size: number): AsyncGenerator<RowBlock> {
  for (let at = 0; at < lines.length; at += size) yield await Promise.resolve(toBlock(lines.slice(at, at + size)));
}
const numbered = (rows: number, pad = 0) =>
  Array.from({ length: rows }, (_, at) => JSON.stringify({ id: String(at).padStart(pad, '0') }));

async function spool(blobs: Blobs, blocks: AsyncIterable<RowBlock>) {
  const segments: Segment[] = [];
  const spooled = await writeSpool(blobs, 'run_1', blocks, (segment) => void segments.push(segment));
  const lines: string[] = [];
  for (const segment of segments) {
    for (const { row, text } of await readSegment(blobs, 'run_1', segment)) {
      lines.push(text);
      expect(row).toBe(lines.length);
    }
  }
  return { spooled, segments, lines };
}

describe('the spool', () => {
  test('gives back every line under its number, in segments of 50,000', async () => {
    const rows = numbered(120_001);
    const { spooled, segments, lines } = await spool(await openDisk(), inBlocks(rows, 777));
    expect(lines).toEqual(rows);
    expect(segments.map(({ number, firstRow, rows: count }) => [number, firstRow, count])).toEqual([
      [1, 1, segmentRowsMax],
      [2, 50_001, segmentRowsMax],
      [3, 100_001, 20_001],
    ]);
    const text = rows.map((line) => `${line}\n`).join('');
    expect(spooled).toEqual({
      segments: 3,
      rows: 120_001,
      bytes: text.length,
      digest: createHash('sha256').update(text).digest('hex'),
    });
  });

  test('or of 8 MiB, whichever comes first', async () => {
    const rows = numbered(400, 60_000);
    const { segments, lines } = await spool(await openDisk(), inBlocks(rows, 1));
    expect(lines).toEqual(rows);
    expect(segments.length).toBe(3);
    for (const { bytes } of segments) expect(bytes).toBeLessThanOrEqual(segmentBytesMax);
  });

  test('knows the same rows again however they came', async () => {
    const rows = numbered(1_000);
    const [first, second] = [
      await spool(await openDisk(), inBlocks(rows, 1)),
      await spool(await openDisk(), inBlocks(rows, 333)),
    ];
    expect(first.spooled).toEqual(second.spooled);
    const other = await spool(await openDisk(), inBlocks([...rows.slice(1), rows[0] ?? ''], 333));
    expect(other.spooled.digest).not.toBe(first.spooled.digest);
  });

  test('of no rows is no segment', async () => {
    const { spooled, segments } = await spool(await openDisk(), inBlocks([], 1));
    expect([spooled.segments, spooled.rows, segments]).toEqual([0, 0, []]);
  });

  test('is whole when all rows fill their segments exactly', async () => {
    const { segments } = await spool(await openDisk(), inBlocks(numbered(2 * segmentRowsMax), segmentRowsMax));
    expect(segments.map(({ rows }) => rows)).toEqual([segmentRowsMax, segmentRowsMax]);
  });

  test('keeps characters of any script, and empty objects', async () => {
    const rows = ['{"a":"ä€😀"}', '{}', '!{"code":"row.json","detail":"x"}', '{"a":1}\r'];
    expect((await spool(await openDisk(), inBlocks(rows, 2))).lines).toEqual(rows);
  });

  test('tells of a segment only once it is durable, in order', async () => {
    const disk = await openDisk();
    const log: string[] = [];
    const blobs: Blobs = {
      ...disk,
      async put(name, bytes) {
        await disk.put(name, bytes);
        log.push(name);
      },
    };
    await writeSpool(blobs, 'run_1', inBlocks(numbered(100_001), 10_000), ({ number }) => void log.push(`${number}`));
    expect(log).toEqual(['runs/run_1/rows-1', '1', 'runs/run_1/rows-2', '2', 'runs/run_1/rows-3', '3']);
  });
});

describe('when the spool breaks off', () => {
  test('because the rows do, it fails as they do, nothing is written after that, and all of it can be deleted', async () => {
    const blobs = await openDisk();
    async function* broken() {
      yield* inBlocks(numbered(60_000), 1_000);
      throw new Error('cut');
    }
    await expect(writeSpool(blobs, 'run_1', broken())).rejects.toThrow('cut');
    expect(await blobs.list('runs/run_1/')).toEqual(['runs/run_1/rows-1']);
    await deleteSpool(blobs, 'run_1');
    expect(await blobs.list('runs/run_1/')).toEqual([]);
  });

  test('because the disk does, the rows are let go', async () => {
    const blobs: Blobs = { ...(await openDisk()), put: () => Promise.reject(new Error('ENOSPC')) };
    let isClosed = false;
    async function* rows() {
      try {
        for (;;) yield* inBlocks(numbered(1_000), 1_000);
      } finally {
        isClosed = true;
      }
    }
    await expect(writeSpool(blobs, 'run_1', rows())).rejects.toThrow('ENOSPC');
    expect(isClosed).toBe(true);
  });

  test('because the caller does not take a segment, it goes no further', async () => {
    const blobs = await openDisk();
    const refuse = () => Promise.reject(new Error('canceled'));
    await expect(writeSpool(blobs, 'run_1', inBlocks(numbered(300_000), 1_000), refuse)).rejects.toThrow('canceled');
    expect(await blobs.list('runs/run_1/')).toEqual(['runs/run_1/rows-1']);
  });
});

describe('a segment is lost', () => {
  const written = async () => {
    const blobs = await openDisk();
    const { segments } = await spool(blobs, inBlocks(numbered(10), 10));
    const [segment] = segments;
    if (segment === undefined) throw new Error('nothing was spooled');
    return { blobs, segment };
  };
  const lost = { kind: 'malformed', code: 'spool.lost' };

  test('when it is not there', async () => {
    const { blobs, segment } = await written();
    await deleteSpool(blobs, 'run_1');
    await expect(readSegment(blobs, 'run_1', segment)).rejects.toMatchObject(lost);
  });

  test.each([Buffer.from('not zstd'), Buffer.alloc(0)])('when it is %j', async (bytes) => {
    const { blobs, segment } = await written();
    await blobs.put('runs/run_1/rows-1', bytes);
    await expect(readSegment(blobs, 'run_1', segment)).rejects.toMatchObject(lost);
  });

  test('when it is another one', async () => {
    const { blobs, segment } = await written();
    await spool(blobs, inBlocks(numbered(11), 10));
    await expect(readSegment(blobs, 'run_1', segment)).rejects.toMatchObject(lost);
  });
});

test('a block is split between rows, at most as large as there is room for', () => {
  const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ''));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.nat(60), fc.nat(300), (lines, rows, bytes) => {
      const [first, rest] = splitBlock(toBlock(lines), { rows, bytes });
      expect(first.rows).toBeLessThanOrEqual(rows);
      expect(first.lines.length).toBeLessThanOrEqual(bytes);
      expect(Buffer.concat([first.lines, rest?.lines ?? Buffer.alloc(0)])).toEqual(toBlock(lines).lines);
      expect(first.rows + (rest?.rows ?? 0)).toBe(lines.length);
      expect(Buffer.from(first.lines).toString().split('\n').length - 1).toBe(first.rows);
      const next = Buffer.from(rest?.lines ?? '').indexOf('\n') + 1;
      if (rest !== undefined) expect(first.rows + 1 > rows || first.lines.length + next > bytes).toBe(true);
    }),
  );
});
