import { makeEntry } from '../queues/define-job.ts';
import { fulfilmentRead } from '../queues/fulfilment-read.ts';
import { overlapCheck } from '../queues/overlap-check.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { findByExternalId } from '../store/accept-order.ts';
import type { CommitOutcome, NewEntry } from '../store/commit.ts';
import { listConnections } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { freeLane } from '../store/entries.ts';
import { droppedWrites, waitingWrites } from '../store/inbox.ts';
import { readOrder, referenceField } from '../store/orders.ts';
import type { OpenFulfilment, WorkerDeps } from './deps.ts';

/** A hook may be ahead of its order by the time that an import takes; after this it was about somebody else's. */
const keptSeconds = 2 * 24 * 3600;
const keptMax = 100;

/**
 * Ends the work of a hook about an order that this connection was not given (yet): it is kept for the day the order comes.
 * `conflict`: that day is now. An order of ours that another system handles is looked into; nothing is kept about one that
 * was erased.
 */
export async function keepUnmatched(
  context: JobContext<WorkerDeps>,
  { record, connector }: OpenFulfilment,
  hook: { inboxId: string; externalRef: string },
): Promise<CommitOutcome> {
  const { keys } = context.store;
  if (await wasErased(context.store, record.merchantId, hook.externalRef)) {
    return context.finish({ writes: droppedWrites(context.store, record.merchantId, hook.inboxId) });
  }
  const list = keys.unmatched(record.id, hook.externalRef);
  const entries = connector.appearsWithinMs === undefined ? [] : await overlapWork(context, record, hook.externalRef);
  return context.finish({
    guards: [{ key: keys.reference(record.id, hook.externalRef), field: referenceField, expected: null }],
    writes: [
      ...waitingWrites(context.store, { merchantId: record.merchantId, inboxId: hook.inboxId }),
      ['RPUSH', list, hook.inboxId],
      ['LTRIM', list, String(-keptMax), '-1'],
      ['EXPIRE', list, String(keptSeconds)],
    ],
    entries,
  });
}

/**
 * An order that was erased, and that this Redis does not know: it was restored from before the order came. The partner may
 * still speak of it, and of whom it was for.
 */
async function wasErased(store: StoreDeps, merchantId: string, externalRef: string): Promise<boolean> {
  const connections = await listConnections(store, merchantId);
  const sources = ['generic', ...connections.flatMap(({ kind, id }) => (kind === 'oms' ? [id] : []))];
  for (const source of sources) {
    const orderId = await findByExternalId(store, merchantId, source, externalRef);
    if (orderId !== null && (await store.redis.hexists(store.keys.erasures, orderId)) === 1) return true;
  }
  return false;
}

async function overlapWork(
  { store, deps }: JobContext<WorkerDeps>,
  record: OpenFulfilment['record'],
  externalRef: string,
): Promise<NewEntry[]> {
  const account = deps.vendorAccountOf(store, record);
  for (const source of await listConnections(store, record.merchantId)) {
    if (source.kind !== 'oms' || deps.vendorAccountOf(store, source) !== account) continue;
    const orderId = await findByExternalId(store, record.merchantId, source.id, externalRef);
    const handledBy = orderId === null ? undefined : (await readOrder(store, orderId))?.order.fulfilment;
    if (orderId === null || handledBy === undefined || handledBy.connectionId === record.id) continue;
    return [makeEntry(overlapCheck, { orderId, connectionId: record.id, look: 0 }, { lane: freeLane, cause: 'hook' })];
  }
  return [];
}

/** The hooks that were ahead of this order, as work again. Nothing is added to the list once the order has its reference. */
export async function takeUnmatched(
  { store, commit }: JobContext<WorkerDeps>,
  { merchantId, connectionId, externalRef }: { merchantId: string; connectionId: string; externalRef: string },
): Promise<void> {
  const list = store.keys.unmatched(connectionId, externalRef);
  const inboxIds = await store.redis.lrange(list, 0, -1);
  if (inboxIds.length === 0) return;
  const entries = inboxIds.map((inboxId) =>
    makeEntry(fulfilmentRead, { merchantId, connectionId, inboxId }, { lane: freeLane, cause: 'matched' }),
  );
  await commit({ entries, writes: [['DEL', list]] });
}
