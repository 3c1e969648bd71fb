import { isOver } from '../domain/run.ts';
import { runSendWork } from '../queues/run-send.ts';
import { commit } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { HandedRuns } from '../store/pull-marks.ts';
import { startRun } from '../store/run-line.ts';
import { readRun, spoolingWrites } from '../store/runs.ts';

/**
 * Starts runs whose rows are durable: stock when its products have come to their end, since a partner knows no stock of a
 * product that it does not know. Safe to repeat; answers whether all are started.
 */
export async function handOnRuns(store: StoreDeps, { products, inventory }: HandedRuns): Promise<boolean> {
  if (products !== undefined) {
    await start(store, products);
    const run = await readRun(store, products);
    if (run !== null && !isOver(run)) {
      // It may be a while, with the partner down; nobody is to take the other for abandoned.
      if (inventory !== undefined) await commit(store, { writes: spoolingWrites(store, [inventory]) });
      return false;
    }
  }
  if (inventory !== undefined) await start(store, inventory);
  return true;
}

async function start(store: StoreDeps, runId: string): Promise<void> {
  const run = await readRun(store, runId);
  if (run?.status === 'spooling') await startRun(store, run, runId, runSendWork(run));
}
