import { Failure } from '../domain/failure.ts';
import type { RetireState } from '../domain/retire.ts';
import type { Run } from '../domain/run.ts';
import type { Blobs } from '../platform/blobs.ts';
import { runSendWork } from '../queues/run-send.ts';
import { compareWithDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { RowBlock } from '../store/row-block.ts';
import { startRun } from '../store/run-line.ts';
import { saveRetire, type OwnedRun } from '../store/run-progress.ts';
import { addSegment, createRun, listSegments, readRun } from '../store/runs.ts';
import { readSegment, writeSpool } from '../store/spool.ts';
import { readListedKey } from './listed-key.ts';
import { packFingerprints } from './run-row.ts';
import type { Stop } from './send-batches.ts';
import { stopOf } from './send-run.ts';

const chunkRows = 2_500;

interface HandDeps {
  store: StoreDeps;
  blobs: Blobs;
}

/**
 * Products end with their stock, which has a line of its own: a run of stock retires it there, after the stock that was
 * uploaded before and before what is uploaded later. Whoever dies on the way makes another one; the first is never started.
 */
export async function handToStock(
  run: Run,
  owned: OwnedRun,
  state: RetireState,
  { store, blobs }: HandDeps,
): Promise<Stop | undefined> {
  const { merchantId, connectionId } = run;
  const line = { merchantId, connectionId, kind: 'inventory' } as const;
  const known = state.runId === null ? null : await readRun(store, state.runId);
  let runId = known === null || known.status === 'interrupted' ? undefined : known.id;
  if (runId === undefined) {
    const { id } = await createRun(store, { ...line, mode: 'upsert', dryRun: false });
    await writeSpool(blobs, id, readRetiring(run, owned, { store, blobs }), (segment) =>
      addSegment(store, id, segment),
    );
    const stop = stopOf(await saveRetire(store, owned, { ...state, runId: id }));
    if (stop !== undefined) return stop;
    runId = id;
  }
  await startRun(store, line, runId, runSendWork(line));
  const started = await readRun(store, runId);
  if (started?.status !== 'interrupted') return undefined;
  throw new Failure('transient', 'run.abandoned', 'the run of stock was cleared away while it was made');
}

/** The rows that were spooled for it, but those of products that a newer run has brought. */
async function* readRetiring(run: Run, owned: OwnedRun, { store, blobs }: HandDeps): AsyncGenerator<RowBlock> {
  const overtaken = store.keys.runOvertaken(run.id);
  const pick = async (texts: readonly string[]): Promise<RowBlock> => {
    const keys = texts.flatMap((text) => readListedKey(run.kind, JSON.parse(text)) ?? []);
    const compared = await compareWithDelta(
      store,
      owned,
      packFingerprints(keys.map((key) => ({ fingerprint: { key, value: 0 } }))),
      overtaken,
    );
    const picked = texts.filter((_, at) => compared(at) !== 'overtaken');
    return { lines: Buffer.from(picked.map((text) => `${text}\n`).join('')), rows: picked.length };
  };
  for (const segment of await listSegments(store, run.id)) {
    if (!segment.retire) continue;
    let texts: string[] = [];
    for (const { text } of await readSegment(blobs, run.id, segment)) {
      texts.push(text);
      if (texts.length < chunkRows) continue;
      yield await pick(texts);
      texts = [];
    }
    yield await pick(texts);
  }
}
