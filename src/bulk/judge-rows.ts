import type { SafetyStock } from '../domain/safety-stock.ts';
import { untilSent } from '../platform/redis.ts';
import { compareWithDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { OwnedRun } from '../store/run-progress.ts';
import { applyCategories } from './apply-categories.ts';
import type { RunLedger } from './run-ledger.ts';
import { packFingerprints } from './run-row.ts';
import type { BatchSender, PlacedRow } from './send-batches.ts';

/** So many chunks are compared while the next one is read: Redis may be at a commit of ten thousand rows. */
const chunksMax = 3;

export interface Judge {
  /** Resolves when the next chunk may be read. Chunks come to their end in their order. */
  take(chunk: readonly PlacedRow[]): Promise<void>;
  /** All have come to their end. */
  end(): Promise<void>;
}

interface JudgeDeps {
  /** The partner is known to have something else, whatever it accepted last. */
  retire: boolean;
  ledger: RunLedger;
  sender: BatchSender;
  store: StoreDeps;
  owned: OwnedRun;
  safetyStock: SafetyStock;
}

/** What is as the partner has it ends here, and what a newer run has sent; the rest waits for its batch. */
export function makeJudge({ retire, ledger, sender, store, owned, safetyStock }: JudgeDeps): Judge {
  const overtaken = store.keys.runOvertaken(owned.runId);
  const underWay: Promise<void>[] = [];
  let last = Promise.resolve();

  async function judge(chunk: readonly PlacedRow[], earlier: Promise<void>): Promise<void> {
    // The comparison knows nothing of what is on its way, and may be older than its end.
    const watch = sender.watch();
    try {
      const rows = await applyCategories(store, owned.connectionId, safetyStock, chunk);
      const compared = await compareWithDelta(store, owned, packFingerprints(rows), overtaken);
      await earlier;
      for (const [at, row] of rows.entries()) {
        const comparison = compared(at);
        if (comparison === 'overtaken') ledger.decide(row, 'superseded');
        else if (retire || comparison === 'changed' || watch.saw(row.identity)) sender.add(row);
        else ledger.decide(row, 'unchanged', { errors: row.warnings, fingerprint: row.fingerprint });
      }
    } finally {
      watch.end();
    }
  }

  return {
    async take(chunk) {
      if (chunk.length === 0) return;
      last = judge(chunk, last);
      last.catch(() => undefined); // Told to whoever waits for it.
      underWay.push(last);
      if (underWay.length >= chunksMax) await underWay.shift();
      // Redis compares while the next rows are read.
      await untilSent();
    },
    async end() {
      await last;
    },
  };
}
