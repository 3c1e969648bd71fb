import { endRun } from '../src/bulk/end-run.ts';
import { recoverSent } from '../src/bulk/recover-sent.ts';
import { retryHereMaxMs } from '../src/bulk/patience.ts';
import type { Stop } from '../src/bulk/send-batches.ts';
import { retireAbsent } from '../src/bulk/retire-absent.ts';
import { sendRun } from '../src/bulk/send-run.ts';
import { Failure } from '../src/domain/failure.ts';
import type { Run } from '../src/domain/run.ts';
import { makeSafetyStock } from '../src/domain/safety-stock.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { runSend } from '../src/queues/run-send.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { reserveDelta } from '../src/store/delta.ts';
import { claimLine, type LineRef } from '../src/store/run-line.ts';
import type { OwnedRun } from '../src/store/run-progress.ts';
import { requireRun } from '../src/store/runs.ts';
import { readSafetyStock } from '../src/store/safety-stock.ts';

type Context = JobContext<WorkerDeps>;

/** Then others have their turn for the worker: what is under way is brought to its end, which costs about a second. */
const turnMs = 60_000;
/** They end the run that they are about, and not the others of its line. */
const ofTheRun: ReadonlySet<string> = new Set([
  'spool.lost',
  'run.no_catalog',
  'run.verdicts_damaged',
  'run.list_endless',
]);

export default defineWorker<WorkerDeps, LineRef & Record<string, unknown>>(runSend, async (line, context) => {
  const { store, entryId, attempt, runId: owner, finish, isDraining } = context;
  const endsMs = store.clock.now() + turnMs;
  const isTimeUp = (): boolean => isDraining() || store.clock.now() >= endsMs;
  let failed: Failure | undefined;
  for (;;) {
    const claimed = await claimLine(store, line, { entryId, attempt, owner });
    // Another entry is the line's: this one was buried, and came back too late.
    if (claimed === null) return;
    if (claimed.runId === undefined) {
      const key = store.keys.line(line.connectionId, line.kind);
      const guards = [
        { key, field: 'owner', expected: owner },
        { key, field: 'entered', expected: claimed.entered },
      ];
      // Told when there is nothing else to do: the entry is set aside for it, and woken by the line's next run.
      if (failed !== undefined) throw failed;
      if ((await finish({ guards })) !== 'conflict') return;
      continue;
    }
    const { merchantId, connectionId, kind } = line;
    const owned: OwnedRun = { merchantId, connectionId, kind, runId: claimed.runId, owner };
    const stop = await workOn(owned, claimed.older, context, isTimeUp);
    if (stop?.how === 'failed') failed = stop.failure;
    const rest = stop?.how === 'rest' ? stop : isTimeUp() ? { delayMs: 0 } : undefined;
    if (rest === undefined) continue;
    await finish({}, { how: 'again', delayMs: rest.delayMs });
    return;
  }
});

async function workOn(
  owned: OwnedRun,
  older: readonly string[],
  context: Context,
  isTimeUp: () => boolean,
): Promise<Exclude<Stop, { how: 'failed' }> | { how: 'failed'; failure: Failure } | undefined> {
  const { store, deps } = context;
  const { blobs } = deps;
  try {
    const run = await requireRun(store, owned.runId);
    await recoverSent(store, blobs, owned);
    const stop = run.cancelAsked ? ({ how: 'canceled' } as const) : await send(run, owned, older, context, isTimeUp);
    if (stop?.how === 'canceled') await endRun(store, blobs, owned, () => 'canceled');
    if (stop === undefined) await endRun(store, blobs, owned, endOf);
    return stop;
  } catch (error) {
    if (!(error instanceof Failure) || !ofTheRun.has(error.code)) throw error;
    await endRun(store, blobs, owned, () => 'failed', { code: error.code, detail: error.message });
    return { how: 'failed', failure: error };
  }
}

const endOf = ({ counts, retire }: Run): Run['status'] =>
  counts.rejected + (retire?.rejected ?? 0) > 0 ? 'completedWithRejects' : 'completed';

async function send(
  run: Run,
  owned: OwnedRun,
  older: readonly string[],
  { store, deps, signal, class: of }: Context,
  isTimeUp: () => boolean,
): Promise<Exclude<Stop, { how: 'failed' }> | undefined> {
  const { blobs, random, retirePercentMax } = deps;
  const budget = { class: of, waitMaxMs: retryHereMaxMs };
  const { connection } = await deps.openFulfilment(store, run.merchantId, run.connectionId, signal, budget);
  const { catalog } = connection;
  if (catalog === undefined) {
    throw new Failure('rejected', 'run.no_catalog', 'this fulfilment system has its products and stock from elsewhere');
  }
  const safetyStock = makeSafetyStock(await readSafetyStock(store, run.merchantId));
  if (!run.dryRun) await reserveDelta(store, owned, run.counts.received);
  const countItems = (verdict: string, rows: number): void => deps.countItems(run.kind, verdict, rows);
  const sending = { store, blobs, catalog, safetyStock, random, signal, isTimeUp, retirePercentMax, countItems };
  const stop = (await sendRun(run, owned, older, sending)) ?? (await retireAbsent(run, owned, older, sending));
  if (stop?.how === 'failed') throw stop.error;
  return stop;
}
