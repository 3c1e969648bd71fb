import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { fingerprintOf, packFingerprints } from '../src/bulk/run-row.ts';
import { createWaitingRows } from '../src/bulk/waiting-rows.ts';
import { fromInventory } from '../src/connectors/fulfilment/nash/catalog-body.ts';
import { compareInventory } from '../src/connectors/fulfilment/nash/catalog-echo.ts';
import { inventoryRowKey, readInventoryRow } from '../src/domain/inventory-row.ts';
import { readRows } from '../src/ingress/rows/read-rows.ts';
import { createDiskBlobs } from '../src/platform/disk-blobs.ts';
import { acceptIntoDelta, compareWithDelta, forgetDelta, sweepDeltas } from '../src/store/delta.ts';
import { createKeys } from '../src/store/keys.ts';
import { readSegment, writeSpool, type Segment } from '../src/store/spool.ts';
import { stockLines, toBody, type Stock } from './stock-rows.ts';

const batchRows = 10_000;
const comparedRows = 2_500;
const rounds = 3;

/**
 * What each stage of a run costs by itself, in microseconds of processor time a row, the best of three: what is Redis' own is
 * told by Redis. What a run costs beside them is HTTP, the commits' fsync, garbage, and that they all share two caches.
 */
export async function measureStages(redis: Redis, stock: Stock): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'packline-bench-'));
  const blobs = createDiskBlobs(folder);
  const delta = { redis, keys: createKeys(0) };
  const ref = { connectionId: `con_${'0'.repeat(26)}`, kind: 'inventory' as const };
  const lines = [...stockLines(stock)];
  const rows = lines.map((line) => readInventoryRow(line).row).filter((row) => row !== undefined);
  const sent = rows.map((row) => {
    const { externalProductId, externalStoreLocationId } = row;
    const text = fromInventory(row);
    const identity = inventoryRowKey(row);
    return { put: { externalProductId, externalStoreLocationId, text }, identity, bytes: text.length, fingerprint: fingerprintOf(identity, text) }; // prettier-ignore
  });
  const batches = chunksOf(sent, batchRows).map((batch) => batch.map(({ put }) => put));
  const echoes = batches.map(
    (batch) => `[${batch.map(({ text }) => `{"id":"a","productId":"b","storeLocationId":"c",${text.slice(1)}`).join(',')}]`,
  ); // prettier-ignore
  const packed = chunksOf(sent, comparedRows).map(packFingerprints);
  const segments: Segment[] = [];
  const waiting = createWaitingRows<(typeof sent)[number]>({ rowsMax: batchRows, bytesMax: 4_000_000 });
  const own = (act: () => unknown) => () => spent(process.cpuUsage.bind(process), act);
  const ofRedis = (act: () => Promise<unknown>) => () => spent(() => redisCpu(redis), act);
  const stages: Record<string, () => Promise<number>> = {
    spool: own(async () => {
      segments.length = 0;
      const body = toBody(lines);
      const type = { contentType: 'application/x-ndjson', contentEncoding: undefined };
      const upload = readRows({ kind: 'inventory', ...type, body }, { wireBytes: 0, bytes: 0 });
      await writeSpool(blobs, 'run_1', upload, (segment) => void segments.push(segment));
    }),
    unspool: own(async () => {
      for (const segment of segments) for (const _ of await readSegment(blobs, 'run_1', segment));
    }),
    read: own(() => lines.forEach((line) => readInventoryRow(line))),
    write: own(() => rows.forEach((row) => fromInventory(row))),
    fingerprint: own(() => rows.forEach((row, at) => fingerprintOf(inventoryRowKey(row), sent[at]?.put.text ?? ''))),
    accept: ofRedis(async () => {
      for (const part of packed) await acceptIntoDelta(delta, ref, part);
    }),
    // With all of it there: all is unchanged.
    compare: ofRedis(async () => {
      for (const part of packed) await compareWithDelta(delta, ref, part);
    }),
    wait: own(() => {
      const watch = waiting.watch();
      for (const row of sent) if (!watch.saw(row.identity)) waiting.add(row);
      watch.end();
      for (let batch = waiting.take(true); batch !== undefined; batch = waiting.take(true)) waiting.release(batch);
    }),
    body: own(() => batches.map((batch) => Buffer.from(batch.map(({ text }) => text).join(',')))),
    echo: own(() => batches.map((batch, at) => compareInventory(batch, JSON.parse(echoes[at] ?? '[]')))),
  };
  try {
    const costs: Record<string, number> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, measure] of Object.entries(stages)) {
        costs[name] = Math.min(costs[name] ?? Infinity, Math.round(((await measure()) / rows.length) * 100) / 100);
      }
    }
    return costs;
  } finally {
    await forgetDelta(delta, ref);
    await sweepDeltas(delta);
    await rm(folder, { recursive: true });
  }
}

const chunksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));

type Used = { user: number; system: number };

/** Microseconds. */
async function spent(read: () => Used | Promise<Used>, act: () => unknown): Promise<number> {
  const before = await read();
  await act();
  const after = await read();
  return after.user + after.system - before.user - before.system;
}

async function redisCpu(redis: Redis): Promise<Used> {
  const info = await redis.info('cpu');
  const read = (what: string): number => Number(new RegExp(`${what}:([\\d.]+)`).exec(info)?.[1]) * 1e6;
  return { user: read('used_cpu_user'), system: read('used_cpu_sys') };
}
