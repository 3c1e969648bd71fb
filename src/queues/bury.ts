import type { Failure } from '../domain/failure.ts';
import { whoCanFix } from '../domain/issue-rules.ts';
import { raiseProblem } from '../domain/order-change.ts';
import { toInstant } from '../platform/clock.ts';
import { pullRead } from './pull-read.ts';
import { deliveryWork } from './delivery-attempt.ts';
import { orderReconcile } from './order-reconcile.ts';
import { reportFailure } from './report-failure.ts';
import { runSend } from './run-send.ts';
import { stockReconcile } from './stock-reconcile.ts';
import { tellConnection } from './turn-connection.ts';
import { findSubject } from './work-subject.ts';
import { commit, type CommitPlan } from '../store/commit.ts';
import { changeOrder } from '../store/change-order.ts';
import { failureWrites, readConnection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { failedPullWrites } from '../store/full-pulls.ts';
import { waitingWrites } from '../store/inbox.ts';
import { failedRunWrites } from '../store/run-line.ts';
import { failedWrites } from '../store/reconciliations.ts';
import { endedStockWrites } from '../store/stock-reconciliations.ts';

/**
 * What makes work that cannot be done visible: an issue that groups it with its like, a problem on the order it is about,
 * and a connection marked unhealthy where its credentials or settings are wrong.
 */
export async function bury(
  store: StoreDeps,
  { entryId, job, payload, failure }: { entryId: string; job: string; payload: unknown; failure: Failure },
): Promise<Pick<CommitPlan, 'writes'> & { issue?: string }> {
  const subject = await findSubject(store, job, payload);
  const { order, merchantId, connectionId, reconciliationId, inboxId } = subject;
  const source = whoCanFix(failure, subject.connector);
  if (order !== null) await tellOrder(store, order.id, failure, { source, job, entryId });
  const writes: string[][] = [];
  if (reconciliationId !== undefined) {
    writes.push(...failedWrites(store, reconciliationId, job === orderReconcile.name));
  }
  if (connectionId !== undefined) {
    const isBroken = failure.kind === 'misconfigured';
    const failed = failureWrites(store, connectionId, failure.code, isBroken);
    if (isBroken && merchantId !== undefined) await tellBroken(store, merchantId, connectionId, failed);
    else writes.push(...failed);
  }
  if (job === stockReconcile.name) writes.push(...stoppedStockWrites(store, payload, failure));
  if (job === runSend.name) writes.push(...(await stoppedRunWrites(store, payload, failure)));
  if (job === pullRead.name) writes.push(...(await stoppedPullWrites(store, payload, failure)));
  const reported = reportFailure(store, subject, { entryId, job, failure, retrying: false });
  writes.push(...reported.writes);
  // Bytes that somebody may want to look at, and try again, are kept as long as an order is.
  if (inboxId !== undefined && merchantId !== undefined) {
    writes.push(...waitingWrites(store, { merchantId, inboxId }, store.retention.orderSeconds));
  }
  return { ...reported, writes };
}

/** Its merchant hears of it now, and not at the next sweep. */
async function tellBroken(
  store: StoreDeps,
  merchantId: string,
  connectionId: string,
  writes: string[][],
): Promise<void> {
  await commit(store, { writes });
  const connection = await readConnection(store, merchantId, connectionId);
  if (connection !== null) await tellConnection(store, connection);
}

/** The run whose turn it is says that it stands still; when its line is woken it goes on. */
async function stoppedRunWrites(store: StoreDeps, payload: unknown, { code, message }: Failure): Promise<string[][]> {
  const line = runSend.payload.safeParse(payload).data;
  return line === undefined ? [] : failedRunWrites(store, line, { code, detail: message });
}

/** The comparison stands still; its work, tried again, takes it up where it was. */
function stoppedStockWrites(store: StoreDeps, payload: unknown, { code, message }: Failure): string[][] {
  const id = stockReconcile.payload.safeParse(payload).data?.stockReconciliationId;
  return id === undefined ? [] : endedStockWrites(store, id, { code, detail: message });
}

/** A complete read says that it stands still; when its issue is retried it goes on. */
async function stoppedPullWrites(store: StoreDeps, payload: unknown, { code, message }: Failure): Promise<string[][]> {
  const pull = pullRead.payload.safeParse(payload).data;
  return pull === undefined ? [] : failedPullWrites(store, pull, { code, detail: message });
}

async function tellOrder(
  store: StoreDeps,
  orderId: string,
  failure: Failure,
  { source, job, entryId }: { source: string; job: string; entryId: string },
): Promise<void> {
  const raisedAt = toInstant(store.clock.now());
  const problem = { code: failure.code, detail: failure.message, source, raisedAt, job, entryId };
  const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork };
  await changeOrder(store, orderId, options, ({ order }) => {
    const raised = raiseProblem({ order, happenings: [] }, problem);
    return raised.order === order ? null : raised;
  });
}
