import type { FulfilmentCatalog } from '../connectors/fulfilment/catalog.ts';
import type { Run } from '../domain/run.ts';
import type { SafetyStock } from '../domain/safety-stock.ts';
import type { Blobs } from '../platform/blobs.ts';
import { forgetInDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginRequest, settleSent, type OwnedRun, type RunTurn } from '../store/run-progress.ts';
import { listSegments } from '../store/runs.ts';
import { readSegment } from '../store/spool.ts';
import { makeJudge } from './judge-rows.ts';
import { createRunLedger, type OpenSegment, type RunLedger } from './run-ledger.ts';
import { makeRowReader, packKeys, type RunRow } from './run-row.ts';
import { createBatchSender, type BatchSender, type PlacedRow, type Stop } from './send-batches.ts';

export interface SendRunDeps {
  store: StoreDeps;
  blobs: Blobs;
  catalog: FulfilmentCatalog;
  safetyStock: SafetyStock;
  random: () => number;
  signal: AbortSignal;
  /** Rows have come to their end. */
  countItems?(verdict: string, rows: number): void;
  /** It is time to go back and let others have their turn. */
  isTimeUp: () => boolean;
}

/** Rows that are compared in one script, which others wait for. */
const chunkRows = 2_500;

/**
 * Brings the rows of a run, or with `retire` those that retire what it does not have, to their verdicts, from where it was
 * left, as far as it may: undefined when all have theirs. Wherever it stops, or dies, every row has a verdict that is
 * committed, or none and is taken up again: what was sent and not committed is sent again.
 */
export async function sendRun(
  run: Run,
  owned: OwnedRun,
  older: readonly string[],
  deps: SendRunDeps,
  retire = false,
): Promise<Stop | undefined> {
  const { store, blobs, safetyStock } = deps;
  const { kind, dryRun, storeLocationId } = run;
  const ledger = createRunLedger(store, blobs, owned, {
    older,
    dryRun,
    counted: (counts) => {
      for (const [verdict, rows] of Object.entries(counts)) if (rows > 0) deps.countItems?.(verdict, rows);
    },
  });
  const sender = createBatchSender(
    { kind, dryRun },
    {
      ...deps,
      clock: store.clock,
      ledger,
      begin: async (sentThrough) => stopOf(await beginRequest(store, owned, sentThrough)) ?? restOf(deps),
      commit: async () => stopOf(await ledger.flush()),
    },
  );
  const read = makeRowReader(kind, { ...deps, storeLocationId });
  const judge = makeJudge({ retire, ledger, sender, store, owned, safetyStock });
  let chunk: PlacedRow[] = [];
  let committing = Promise.resolve();
  const next = async (): Promise<boolean> => {
    sender.stop(restOf(deps));
    sender.pump();
    if (ledger.isFull()) {
      await committing;
      // While what is decided is written, the next rows are read and compared.
      committing = ledger.flush().then((turn) => sender.stop(stopOf(turn)));
      committing.catch(() => undefined); // Told at the next one, or at the end.
    }
    await sender.room();
    if (sender.stopped() !== undefined) return false;
    await judge.take(chunk);
    chunk = [];
    return true;
  };
  try {
    const segments = await listSegments(store, run.id);
    let mayGoOn = true;
    for (const segment of segments.filter((one) => !one.done && (one.retire ?? false) === retire)) {
      if (!mayGoOn) break;
      const lines = await readSegment(blobs, run.id, segment);
      const open = await ledger.open(segment);
      for (const { row: number, text } of lines) {
        const index = number - segment.firstRow;
        if (open.verdicts[index] !== 0) continue;
        const row = read(text);
        if ('errors' in row) ledger.decide({ segment: open, index }, 'rejected', { errors: row.errors });
        else chunk.push(place(row, open, index));
        mayGoOn = chunk.length < chunkRows && !ledger.isFull() ? mayGoOn : await next();
        if (!mayGoOn) break;
      }
    }
    if (mayGoOn) await next();
    await judge.end();
    await committing;
    // What is decided without the partner may be all there is.
    sender.stop(stopOf(await ledger.flush()));
  } catch (error) {
    sender.stop({ how: 'failed', error });
    await judge.end().catch(() => undefined);
  }
  await sender.drain();
  await settle(sender, ledger, store, owned);
  return sender.stopped();
}

const place = (row: RunRow, segment: OpenSegment, index: number): PlacedRow => ({ ...row, segment, index });

/** A run that is to end ends before it gives way. */
export function stopOf({ cancelAsked, isOvertaken }: RunTurn): Stop | undefined {
  if (cancelAsked) return { how: 'canceled' };
  return isOvertaken ? { how: 'overtaken' } : undefined;
}

export const restOf = ({ isTimeUp }: Pick<SendRunDeps, 'isTimeUp'>): Stop | undefined =>
  isTimeUp() ? { how: 'rest', delayMs: 0 } : undefined;

/** Nobody knows what the partner has of rows whose request came to no end: they are sent whenever they come. */
async function settle(sender: BatchSender, ledger: RunLedger, store: StoreDeps, owned: OwnedRun): Promise<void> {
  const uncertain = sender.uncertain();
  for (let from = 0; from < uncertain.length; from += chunkRows) {
    await forgetInDelta(store, owned, packKeys(uncertain.slice(from, from + chunkRows)));
  }
  await ledger.flush();
  await settleSent(store, owned);
}
