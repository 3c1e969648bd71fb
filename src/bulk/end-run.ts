import type { RunEnded } from '../domain/events.ts';
import type { Run, RunStatus } from '../domain/run.ts';
import type { Blobs } from '../platform/blobs.ts';
import { deliveryWork } from '../queues/delivery-attempt.ts';
import { entryGone } from '../store/change-order.ts';
import { commit } from '../store/commit.ts';
import { successWrites } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { listSubscribers } from '../store/endpoints.ts';
import { announceWrites } from '../store/events.ts';
import { finishSegment, type OwnedRun } from '../store/run-progress.ts';
import { readWorkVerdicts, storeVerdicts } from '../store/run-verdicts.ts';
import { endedWrites, listSegments, requireRun } from '../store/runs.ts';

const eventTypeOf = { products: 'catalog.run_completed', inventory: 'inventory.run_completed' } as const;

/**
 * The end of a run: it leaves its line, and what became of it is announced. `status` sees it as it is at last.
 * @throws Failure `aborted` `entry.gone` when its line is somebody else's by now
 */
export async function endRun(
  store: StoreDeps,
  blobs: Blobs,
  owned: OwnedRun,
  status: (run: Run) => RunStatus,
  failure?: { code: string; detail: string },
): Promise<void> {
  const { keys } = store;
  const { runId, connectionId, kind, owner } = owned;
  await putAwayRest(store, blobs, owned);
  const run = await requireRun(store, runId);
  const ended = status(run);
  const events = run.dryRun ? { writes: [], entries: [] } : await announce(store, run, ended);
  const line = keys.line(connectionId, kind);
  const outcome = await commit(store, {
    guards: [{ key: line, field: 'owner', expected: owner }],
    writes: [
      ...(failure === undefined ? [] : [['HSET', keys.run(runId), 'failure', JSON.stringify(failure)]]),
      ...endedWrites(store, runId, ended),
      ['ZREM', keys.lineRuns(connectionId, kind), runId],
      ...(run.requestsUsed > 0 && failure === undefined ? successWrites(store, connectionId) : []),
      ...events.writes,
    ],
    entries: events.entries,
  });
  if (outcome !== 'committed') throw entryGone();
}

/** Segments that are not done, of a run that ends before its rows do: what verdicts they have leave Redis as well. */
async function putAwayRest(store: StoreDeps, blobs: Blobs, run: OwnedRun): Promise<void> {
  for (const segment of await listSegments(store, run.runId)) {
    if (segment.done) continue;
    const verdicts = await readWorkVerdicts(store, run.runId, segment);
    if (verdicts.bytes.every((byte) => byte === 0)) continue;
    await storeVerdicts(blobs, run.runId, segment.number, verdicts);
    await finishSegment(store, run, segment);
  }
}

async function announce(store: StoreDeps, run: Run, status: RunStatus) {
  const { id: runId, merchantId, connectionId, kind, mode, counts, retire } = run;
  const held = { retired: retire?.retired ?? 0, retireHeld: retire?.phase === 'held' };
  const data: RunEnded = { runId, connectionId, kind, mode, status, ...counts, ...held };
  const endpoints = await listSubscribers(store, merchantId);
  return announceWrites(store, merchantId, { type: eventTypeOf[kind], data }, endpoints, deliveryWork);
}
