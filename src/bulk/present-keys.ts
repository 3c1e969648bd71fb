import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { inventoryRowKey } from '../domain/inventory-row.ts';
import { productRowKey } from '../domain/product-row.ts';
import type { Run } from '../domain/run.ts';
import { toUnreadable } from '../domain/unreadable-row.ts';
import type { Blobs } from '../platform/blobs.ts';
import { fingerprintKeyBytes } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { keysBlob, listRuns, listSegments, type RunSegment } from '../store/runs.ts';
import { readSegment } from '../store/spool.ts';
import { makeKeySet } from './key-set.ts';
import { toRowKey } from './run-row.ts';

/** What an upload and those after it have, whatever became of their rows. */
export interface PresentKeys {
  has(key: number): boolean;
  /** Rows of the upload that do not say what they are about. */
  unreadable: number;
}

interface PresentKeysDeps {
  store: StoreDeps;
  blobs: Blobs;
  isTimeUp: () => boolean;
}

/** Then others have theirs. */
const rowsPerTurn = 5_000;
/** Before a blob's keys: how many of its rows have none. */
const headBytes = 4;

/**
 * The keys of all rows of a full snapshot, and of the runs of its line that were started since. Those of a segment are kept
 * beside it, so that the rows are read for them once. Undefined when the time was up before the last one.
 */
export async function openPresentKeys(run: Run, deps: PresentKeysDeps): Promise<PresentKeys | undefined> {
  const { store } = deps;
  const parts: Buffer[] = [];
  let unreadable = 0;
  for (const one of [run, ...(await listNewer(store, run))]) {
    for (const segment of await listSegments(store, one.id)) {
      if (segment.retire) continue;
      if (deps.isTimeUp()) return undefined;
      const keys = await readKeys(one, segment, deps);
      // Of what a newer run could not tell it has retired nothing either.
      if (one === run) unreadable += keys.readUInt32BE(0);
      parts.push(keys.subarray(headBytes));
    }
  }
  return { has: await makeKeySet(parts), unreadable };
}

/** What they have was sent later, whatever the snapshot says; the store keeps them longer than it. */
async function listNewer(store: StoreDeps, { merchantId, connectionId, kind, sequence }: Run): Promise<Run[]> {
  const newer: Run[] = [];
  let cursor: string | undefined;
  do {
    const page = await listRuns(store, merchantId, { cursor, limit: 200 });
    for (const run of page.runs) {
      const isOfLine = run.connectionId === connectionId && run.kind === kind;
      if (isOfLine && run.sequence > sequence && !run.dryRun) newer.push(run);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return newer;
}

async function readKeys(run: Run, segment: RunSegment, { blobs }: PresentKeysDeps): Promise<Buffer> {
  const name = keysBlob(run.id, segment.number);
  const known = await blobs.get(name);
  if (known !== undefined) return known;
  const packed = Buffer.allocUnsafe(headBytes + segment.rows * fingerprintKeyBytes);
  let at = headBytes;
  let unreadable = 0;
  for (const { row, text } of await readSegment(blobs, run.id, segment)) {
    if (row % rowsPerTurn === 0) await setImmediate();
    const identity = identityOf(run, text);
    if (identity === undefined) unreadable += 1;
    else at = packed.writeUIntBE(toRowKey(identity), at, fingerprintKeyBytes);
  }
  packed.writeUInt32BE(unreadable, 0);
  const keys = packed.subarray(0, at);
  await blobs.put(name, keys);
  return keys;
}

/** A number where a text belongs is a mistake that leaves no doubt. */
const WordSchema = z.union([z.string(), z.number().transform(String)]);
const ProductKeySchema = z.object({ externalIdentifier: WordSchema });
const InventoryKeySchema = z.object({ externalProductId: WordSchema, externalStoreLocationId: WordSchema });

/**
 * What a row is about, good or not: what was mistyped in it is no reason to retire its product. In a snapshot of one store
 * every row is taken for one of that store, since a mistyped store is rejected.
 */
function identityOf({ kind, storeLocationId }: Run, line: string): string | undefined {
  if (toUnreadable(line) !== undefined) return undefined;
  const sent = parse(line);
  if (kind === 'products') {
    const { data } = ProductKeySchema.safeParse(sent);
    return data && productRowKey(data);
  }
  const { data } = InventoryKeySchema.safeParse(
    storeLocationId === null ? sent : { ...sent, externalStoreLocationId: storeLocationId },
  );
  return data && inventoryRowKey(data);
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
