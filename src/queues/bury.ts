import type { Failure } from '../domain/failure.ts';
import { raiseProblem } from '../domain/order-change.ts';
import { toInstant } from '../platform/clock.ts';
import type { Order } from '../domain/order.ts';
import { pullRead } from './pull-read.ts';
import { deliveryWork } from './delivery-attempt.ts';
import { omsUpdate } from './oms-update.ts';
import { orderReconcile } from './order-reconcile.ts';
import { runSend } from './run-send.ts';
import { stockReconcile } from './stock-reconcile.ts';
import { tellConnection } from './turn-connection.ts';
import { commit, type CommitPlan } from '../store/commit.ts';
import { changeOrder } from '../store/change-order.ts';
import { failureWrites, readConnection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { failedPullWrites } from '../store/full-pulls.ts';
import { issueId, issueWrites } from '../store/issues.ts';
import { failedRunWrites } from '../store/run-line.ts';
import { readOrder } from '../store/orders.ts';
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
  const about = read(payload);
  const order = about.orderId === undefined ? null : ((await readOrder(store, about.orderId))?.order ?? null);
  const merchantId = about.merchantId ?? order?.merchantId;
  // A subscriber that cannot be reached says nothing about the partner.
  const handler = about.endpointId === undefined ? partnerOf(order, job) : undefined;
  const partner = handler?.connectionId;
  const connectionId = about.connectionId ?? partner;
  const target = about.endpointId ?? connectionId ?? 'packline';
  const source = sourceOf(failure, handler?.connector);
  if (order !== null) await tellOrder(store, order.id, failure, { source, job });
  const writes: string[][] = [];
  if (about.reconciliationId !== undefined) {
    writes.push(...failedWrites(store, about.reconciliationId, job === orderReconcile.name));
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
  let issue: string | undefined;
  if (merchantId !== undefined) {
    const { code, kind, message, detail } = failure;
    issue = issueId({ merchantId, target, job, code });
    const orderId = order?.id ?? null;
    writes.push(...issueWrites(store, { merchantId, target, job, code, kind, source, title: message, detail, orderId, entryId })); // prettier-ignore
  }
  // Bytes that somebody may want to look at, and try again, are kept as long as an order is.
  if (about.inboxId !== undefined) {
    writes.push(['EXPIRE', store.keys.inbox(about.inboxId), String(store.retention.orderSeconds)]);
  }
  return { writes, ...(issue === undefined ? {} : { issue }) };
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

/** Whom the work was about to call: the OMS, or whoever handles the order. */
function partnerOf(order: Order | null, job: string): { connectionId: string; connector: string } | undefined {
  if (order?.oms === undefined || job !== omsUpdate.name) return order?.fulfilment;
  return { connectionId: order.source, connector: order.oms.connector };
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
  { source, job }: { source: string; job: string },
): Promise<void> {
  const raisedAt = toInstant(store.clock.now());
  const problem = { code: failure.code, detail: failure.message, source, raisedAt, job };
  const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork };
  await changeOrder(store, orderId, options, ({ order }) => {
    const raised = raiseProblem({ order, happenings: [] }, problem);
    return raised.order === order ? null : raised;
  });
}

/** Who can do something about it: settings are the merchant's, refusals the partner's, the rest is ours. */
function sourceOf(failure: Failure, connector: string | undefined): string {
  if (failure.kind === 'misconfigured') return 'you';
  return failure.kind === 'rejected' && connector !== undefined ? connector : 'packline';
}

interface About {
  merchantId: string | undefined;
  connectionId: string | undefined;
  endpointId: string | undefined;
  orderId: string | undefined;
  inboxId: string | undefined;
  reconciliationId: string | undefined;
}

function read(payload: unknown): About {
  const members = typeof payload === 'object' && payload !== null ? Object.entries(payload) : [];
  const ids = new Map<string, unknown>(members);
  const idOf = (name: string): string | undefined => {
    const id = ids.get(name);
    return typeof id === 'string' ? id : undefined;
  };
  return {
    merchantId: idOf('merchantId'),
    connectionId: idOf('connectionId'),
    endpointId: idOf('endpointId'),
    orderId: idOf('orderId'),
    inboxId: idOf('inboxId'),
    reconciliationId: idOf('reconciliationId'),
  };
}
