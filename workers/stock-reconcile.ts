import { reconcileStock } from '../src/bulk/reconcile-stock.ts';
import { Failure } from '../src/domain/failure.ts';
import type { DriftFound } from '../src/domain/events.ts';
import { sampleOf, stockReconciliationIn } from '../src/domain/stock-reconciliation.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { stockReconcile } from '../src/queues/stock-reconcile.ts';
import { successWrites } from '../src/store/connections.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { listSubscribers } from '../src/store/endpoints.ts';
import { announceWrites } from '../src/store/events.ts';
import { issueId, issueWrites, resolveWrites } from '../src/store/issues.ts';
import {
  endedStockWrites,
  readStockReconciliation,
  resumeStock,
  type StockReconciliation,
  type StockRef,
} from '../src/store/stock-reconciliations.ts';

type Context = JobContext<WorkerDeps>;
type Payload = StockRef & { stockReconciliationId: string } & Record<string, unknown>;

/** Then others have their turn for the worker. */
const turnMs = 30_000;
const eventTypeOf = { products: 'catalog.drift_found', inventory: 'inventory.drift_found' } as const;
const issueCodeOf = { products: 'catalog.drift', inventory: 'inventory.drift' } as const;

export default defineWorker<WorkerDeps, Payload>(stockReconcile, async (payload, context) => {
  const { store, deps, signal, isDraining, finish } = context;
  const { merchantId, connectionId, stockReconciliationId: id } = payload;
  const report = await readStockReconciliation(store, id);
  if (report === null || report.status === 'done') return;
  if (report.status === 'failed') await resumeStock(store, id);
  let requests = 0;
  const onCall = (): void => void (requests += 1);
  const { connection, settings, record } = await deps.openFulfilment(store, merchantId, connectionId, signal, {
    onCall,
    class: 'reads',
  });
  const { catalog } = connection;
  if (catalog === undefined) throw new Failure('rejected', 'run.no_catalog', 'this fulfilment system lists no stock');
  const rules = stockReconciliationIn(settings);
  const sample = sampleOf(report.mode, rules, Date.parse(report.startedAt));
  const endsMs = store.clock.now() + turnMs;
  const isTimeUp = (): boolean => isDraining() || store.clock.now() >= endsMs;
  let rest: { delayMs: number } | undefined;
  try {
    rest = await reconcileStock(report, sample, { store, catalog, isTimeUp });
  } finally {
    await store.redis.hincrby(store.keys.stockReconciliation(id), 'requests', requests);
  }
  if (rest === undefined) await end(report, { issuePercent: rules.issuePercent, source: record.connector }, context);
  else await finish({}, { how: 'again', delayMs: rest.delayMs });
});

/** What was found is announced, and is an issue where it is more than the settings let pass; with less, that one is over. */
async function end(
  { id }: StockReconciliation,
  { issuePercent, source }: { issuePercent: number; source: string },
  { store, finish }: Context,
): Promise<void> {
  const report = await readStockReconciliation(store, id);
  if (report === null) return;
  const { connectionId, compared, different } = report;
  const drifted = different + (report.missing ?? 0);
  const known = compared + (report.missing ?? 0);
  const events = drifted === 0 ? { writes: [], entries: [] } : await announce(store, report);
  const isIssue = drifted * 100 > known * issuePercent;
  await finish({
    writes: [
      ...endedStockWrites(store, id),
      ...successWrites(store, connectionId),
      ...(isIssue ? raiseIssue(store, report, { source, drifted, known }) : resolveWrites(issueId(causeOf(report)))),
      ...events.writes,
    ],
    entries: events.entries,
  });
}

async function announce(store: StoreDeps, report: StockReconciliation) {
  const { id: reconciliationId, merchantId, connectionId, kind, mode, compared, different, missing } = report;
  const data: DriftFound = { reconciliationId, connectionId, kind, mode, compared, different, missing };
  const endpoints = await listSubscribers(store, merchantId);
  return announceWrites(store, merchantId, { type: eventTypeOf[kind], data }, endpoints, deliveryWork);
}

const causeOf = ({ merchantId, connectionId, kind }: StockReconciliation) => ({
  merchantId,
  target: connectionId,
  job: stockReconcile.name,
  code: issueCodeOf[kind],
});

function raiseIssue(
  store: StoreDeps,
  report: StockReconciliation,
  about: { source: string; drifted: number; known: number },
): string[][] {
  const { source, drifted, known } = about;
  const cause = causeOf(report);
  const title = `${drifted} of ${known} rows are not as the partner accepted them`;
  const detail = { reconciliationId: report.id, different: report.different, missing: report.missing };
  // It holds back no work.
  return issueWrites(store, { ...cause, kind: 'rejected', source, title, detail, orderId: null, entryId: '' });
}
