import type { Redis } from 'ioredis';
import { zstdCompressSync } from 'node:zlib';
import type { RunKind } from '../../src/domain/bulk-run.ts';
import type { RunMode } from '../../src/domain/run.ts';
import type { OpenOptions, WorkerDeps } from '../../src/fulfilment/deps.ts';
import { runSendWork } from '../../src/queues/run-send.ts';
import type { JobContext } from '../../src/queues/run-worker.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import { cancelRun, confirmRetire, startRun, type LineRef } from '../../src/store/run-line.ts';
import { readVerdicts, toVerdict } from '../../src/store/run-verdicts.ts';
import { addSegment, createRun, listSegments, readRun, requireRun } from '../../src/store/runs.ts';
import runSend from '../../workers/run-send.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createMemoryBlobs } from '../support/memory-blobs.ts';
import { createTestStore } from '../support/test-store.ts';
import { createBooksCatalog, type BooksCatalog } from './books-catalog.ts';

export const line: LineRef = {
  merchantId: `mer_${'0'.repeat(26)}`,
  connectionId: `con_${'0'.repeat(26)}`,
  kind: 'inventory',
};

/** A row of stock: product, quantity, and store. */
export const item = (product: string, quantity: number, store = 'store-1') => ({
  externalProductId: product,
  externalStoreLocationId: store,
  available: true,
  quantity,
});

/** How long whoever works lives: commands of Redis until he dies, before or after that one has its effect. */
export interface Life {
  left: number;
  dies: 'before' | 'after';
  dead: boolean;
}

interface SpoolOptions {
  kind?: RunKind;
  dryRun?: boolean;
  segmentRows?: number;
  mode?: RunMode;
  storeLocationId?: string;
  confirmRetire?: boolean;
}

export interface RunBench {
  store: StoreDeps;
  clock: FakeClock;
  blobs: ReturnType<typeof createMemoryBlobs>;
  partner: BooksCatalog;
  spool(rows: readonly (object | string)[], options?: SpoolOptions): Promise<string>;
  start(runId: string): Promise<void>;
  /** How the partner was opened. */
  openedWith: (OpenOptions | undefined)[];
  /** Both of them. */
  upload(...args: Parameters<RunBench['spool']>): Promise<string>;
  cancel(runId: string): Promise<boolean>;
  confirm(runId: string): Promise<string>;
  /** Does the work that is due. What it throws is thrown, and its lease runs out: the next one takes it up. */
  work(options?: {
    life?: Life;
    change?: (context: JobContext<WorkerDeps>) => JobContext<WorkerDeps>;
  }): Promise<number>;
  /** What became of each row, and why. */
  verdicts(runId: string): Promise<{ verdict: string | undefined; codes: string[] }[]>;
}

export async function openRunBench(client: Redis, rowsMax = 10): Promise<RunBench> {
  await client.flushdb();
  const clock = createFakeClock();
  const store = await createTestStore(client, clock);
  const blobs = createMemoryBlobs();
  const partner = createBooksCatalog(rowsMax);
  const openedWith: RunBench['openedWith'] = [];
  const deps = {
    blobs,
    random: () => 0.5,
    retirePercentMax: 10,
    openFulfilment: (...args: Parameters<WorkerDeps['openFulfilment']>) => {
      openedWith.push(args[4]);
      return Promise.resolve({ connection: { catalog: partner } });
    },
    countItems: () => undefined,
  } as unknown as WorkerDeps;

  const spool: RunBench['spool'] = async (
    rows,
    { kind = 'inventory', dryRun = false, segmentRows = 1_000, mode = 'upsert', ...full } = {},
  ) => {
    const { merchantId, connectionId } = line;
    const { id } = await createRun(store, { merchantId, connectionId, kind, mode, dryRun, ...full });
    for (let from = 0, number = 1; from < rows.length; from += segmentRows, number += 1) {
      const part = rows.slice(from, from + segmentRows);
      const lines = Buffer.from(part.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
      await blobs.put(`runs/${id}/rows-${number}`, zstdCompressSync(lines));
      await addSegment(store, id, { number, firstRow: from + 1, rows: part.length, bytes: lines.length });
    }
    return id;
  };
  const lineOf = async (runId: string): Promise<LineRef> => ({
    ...line,
    kind: (await readRun(store, runId))?.kind ?? 'inventory',
  });
  const start: RunBench['start'] = async (runId) => {
    const at = await lineOf(runId);
    await startRun(store, at, runId, runSendWork(at));
  };

  return {
    store,
    clock,
    blobs,
    partner,
    openedWith,
    spool,
    start,
    upload: async (...args) => {
      const runId = await spool(...args);
      await start(runId);
      return runId;
    },
    cancel: async (runId) => {
      const at = await lineOf(runId);
      return cancelRun(store, at, runId, runSendWork(at));
    },
    confirm: async (runId) => {
      const at = await lineOf(runId);
      return confirmRetire(store, at, await requireRun(store, runId), runSendWork(at));
    },
    async work({ life, change = (context: JobContext<WorkerDeps>) => context } = {}) {
      const { entries } = await leaseEntries(store, { room: 10, leaseMs: 8_000 });
      const begun = await beginEntries(store, entries);
      for (const entry of begun) {
        const mine = life === undefined ? store : { ...store, redis: mortal(client, life) };
        const context = change(makeJobContext(mine, deps, { entry }));
        let ended = false;
        const finish: JobContext<WorkerDeps>['finish'] = async (plan, ending) => {
          const outcome = await context.finish(plan, ending);
          ended ||= outcome !== 'conflict';
          return outcome;
        };
        try {
          const payload = runSend.job.payload.parse(entry.payload);
          await runSend.handle(payload, { ...context, finish });
          if (!ended) await context.finish({});
        } catch (error) {
          clock.advance(8_001);
          if (life === undefined || !life.dead) throw error;
        }
      }
      return begun.length;
    },
    async verdicts(runId) {
      const found: { verdict: string | undefined; codes: string[] }[] = [];
      for (const segment of await listSegments(store, runId)) {
        const { bytes, reasons } = await readVerdicts(store, blobs, runId, segment);
        for (const [index, byte] of bytes.entries()) {
          found.push({ verdict: toVerdict(byte), codes: (reasons.get(index) ?? []).map(({ code }) => code) });
        }
      }
      return found;
    },
  };
}

/** A connection that dies after so many commands, and answers nothing any more. */
export function mortal(client: Redis, life: Life): Redis {
  const killed = (): Promise<never> => Promise.reject(new Error('killed'));
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (life.dead) return killed();
        life.left -= 1;
        if (life.left > 0) return member.apply(target, args);
        life.dead = true;
        if (life.dies === 'before') return killed();
        return Promise.resolve(member.apply(target, args)).then(killed);
      };
    },
  });
}
