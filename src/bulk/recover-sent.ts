import type { RunKind } from '../domain/bulk-run.ts';
import { makeSafetyStock } from '../domain/safety-stock.ts';
import type { Blobs } from '../platform/blobs.ts';
import { forgetInDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { readSentThrough, settleSent, type OwnedRun } from '../store/run-progress.ts';
import { readWorkVerdicts } from '../store/run-verdicts.ts';
import { listSegments } from '../store/runs.ts';
import { readSegment } from '../store/spool.ts';
import { makeRowReader, packKeys, type RunRow } from './run-row.ts';

const chunkRows = 2_500;
/** Of these rows only the keys matter. */
const noText = { productText: () => '', inventoryText: () => '' };
const nothingKept = makeSafetyStock([]);

/**
 * After whoever sent this run died: of rows that were sent and have no verdict nobody knows what the partner has. Their
 * fingerprints are forgotten before anything is compared with them.
 */
export async function recoverSent(store: StoreDeps, blobs: Blobs, run: OwnedRun & { kind: RunKind }): Promise<void> {
  const sentThrough = await readSentThrough(store, run);
  if (sentThrough === 0) return;
  const read = makeRowReader(run.kind, { catalog: noText, safetyStock: nothingKept });
  for (const segment of await listSegments(store, run.runId)) {
    if (segment.done || segment.firstRow > sentThrough) continue;
    const { bytes: verdicts } = await readWorkVerdicts(store, run.runId, segment);
    let rows: RunRow[] = [];
    const forget = async (): Promise<void> => {
      await forgetInDelta(store, run, packKeys(rows));
      rows = [];
    };
    for (const { row: number, text } of await readSegment(blobs, run.runId, segment)) {
      if (number > sentThrough) break;
      if (verdicts[number - segment.firstRow] !== 0) continue;
      const row = read(text);
      if (!('errors' in row)) rows.push(row);
      if (rows.length === chunkRows) await forget();
    }
    await forget();
  }
  await settleSent(store, run);
}
