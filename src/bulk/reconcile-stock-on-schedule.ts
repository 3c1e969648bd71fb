import { runKinds } from '../domain/bulk-run.ts';
import { stockReconciliationIn } from '../domain/stock-reconciliation.ts';
import { stockReconcileWork } from '../queues/stock-reconcile.ts';
import { openConnection, type Connection } from '../store/connections.ts';
import { countDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginStockReconciliation, findRunning, readLastStart, startCounting } from '../store/stock-reconciliations.ts';

/** Begins the comparisons of a connection that are due; several may ask at once, and one begins. */
export async function reconcileStockOnSchedule(store: StoreDeps, connection: Connection): Promise<void> {
  const { id: connectionId, merchantId, kind: what, paused } = connection;
  if (what !== 'fulfilment' || paused) return;
  for (const kind of runKinds) {
    const ref = { merchantId, connectionId, kind };
    if ((await countDelta(store, ref)) === 0) continue;
    const last = await readLastStart(store, ref);
    if (last === null) {
      await startCounting(store, ref);
      continue;
    }
    const { schedule, everyHours } = stockReconciliationIn(openConnection(store, connection).settings);
    if (schedule === 'off' || store.clock.now() - Number(last) < everyHours * 3_600_000) continue;
    if ((await findRunning(store, ref)) !== undefined) continue;
    const work = stockReconcileWork(ref);
    await beginStockReconciliation(store, ref, { mode: schedule, cause: 'schedule', guard: last, work });
  }
}
