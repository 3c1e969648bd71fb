import { pullOnSchedule } from '../src/bulk/pull-on-schedule.ts';
import type { Order } from '../src/domain/order.ts';
import { isAmendable } from '../src/domain/order-status.ts';
import { toInstant } from '../src/platform/clock.ts';
import { trimAudit } from '../src/store/audit.ts';
import { connectionWork } from '../src/queues/connection-work.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { nextSweep, sweep, sweepEveryMs } from '../src/queues/sweep.ts';
import { tellConnection } from '../src/queues/turn-connection.ts';
import { listConnections } from '../src/store/connections.ts';
import { sweepDeliveryLog } from '../src/store/delivery-index.ts';
import { freeLane } from '../src/store/entries.ts';
import { acceptMessage } from '../src/store/inbox.ts';
import { forgetIssues } from '../src/store/issues.ts';
import { sweepRuns } from '../src/store/run-retention.ts';
import { readOrder } from '../src/store/orders.ts';
import { forgetListed } from '../src/store/order-lists.ts';
import { forgetPartnerIds } from '../src/store/search.ts';
import { personMember, readFoundBy } from '../src/store/persons.ts';
import type { NewEntry } from '../src/store/commit.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { reconcileStockOnSchedule } from '../src/bulk/reconcile-stock-on-schedule.ts';
import { reconcileOnSchedule } from '../src/fulfilment/reconcile-on-schedule.ts';
import { reportStuck } from '../src/fulfilment/report-stuck.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;
type Payload =
  | { kind: 'retention' | 'quiet'; tick: number }
  | { kind: 'catch-up'; merchantId: string; connectionId: string }
  | { kind: 'unrouted'; merchantId: string; startedMs?: number | undefined };

export default defineWorker<WorkerDeps, Payload>(sweep, async (payload, context) => {
  switch (payload.kind) {
    case 'retention':
      await context.commit({ entries: [nextSweep('retention', context.store.clock.now(), payload.tick)] });
      await forgetFinished(context);
      await sweepRuns(context.store, context.deps.blobs);
      await trimAudit(context.store);
      await startOthers(context);
      return;
    case 'quiet':
      await context.commit({ entries: [nextSweep('quiet', context.store.clock.now(), payload.tick)] });
      return readQuiet(context);
    case 'catch-up':
      return catchUp(payload, context);
    case 'unrouted':
      return routeWaiting(payload.merchantId, payload.startedMs ?? context.store.clock.now(), context);
  }
});

/** So many at a time that no single step of it is long; what is left is for the next tick. */
const batchMax = 500;
const quietPauseMaxMs = 6 * 3_600_000;

/** Deletes what is past its time. Claims of external ids stay: an order is unique for ever. */
async function forgetFinished({ store }: Context): Promise<void> {
  const { redis, keys, retention, clock } = store;
  const cutoffMs = clock.now() - retention.orderSeconds * 1000;
  const orderIds = await redis.zrangebyscore(keys.finished, '-inf', cutoffMs, 'LIMIT', 0, batchMax);
  for (const orderId of orderIds) {
    const stored = await readOrder(store, orderId);
    if (stored !== null) {
      const { merchantId, fulfilment } = stored.order;
      const members = (await readFoundBy(store, orderId)).map((hash) => personMember(hash, orderId));
      if (members.length > 0) await redis.zrem(keys.persons(merchantId), ...members);
      await forgetListed(store, stored.order);
      await forgetPartnerIds(store, stored.order);
      if (fulfilment !== undefined) await redis.del(keys.reference(fulfilment.connectionId, fulfilment.externalRef));
    }
    await redis.del(keys.order(orderId), keys.timeline(orderId));
    await redis.zrem(keys.finished, orderId);
  }
  for (const merchantId of await redis.smembers(keys.merchants)) {
    await sweepDeliveryLog(store, merchantId);
    await forgetIssues(store, merchantId, cutoffMs, batchMax);
  }
}

/**
 * Starts what comes round less often: reconciling, reading catalogues, asking each connection for hooks that did not reach us, and routing again
 * what found no route; and tells of connections that work no more, or again. Their ids hold no tick; an entry that was just done is not done again, which is what keeps them apart.
 */
async function startOthers({ store, commit, deps }: Context): Promise<void> {
  const { redis, keys, clock } = store;
  const entries: NewEntry[] = [];
  for (const merchantId of await redis.smembers(keys.merchants)) {
    await reconcileOnSchedule(store, merchantId, deps.reconcileEveryMs);
    await reportStuck(store, merchantId);
    const waiting = await redis.zcard(keys.unrouted(merchantId));
    if (waiting > 0) {
      const payload = { kind: 'unrouted', merchantId, startedMs: clock.now() } as const;
      entries.push(makeEntry(sweep, payload, { lane: freeLane, cause: merchantId }));
    }
    for (const connection of await listConnections(store, merchantId)) {
      await tellConnection(store, connection);
      await reconcileStockOnSchedule(store, connection);
      await pullOnSchedule(store, connection, deps.pullPolicyOf(store, connection));
      if (deps.callsSomebody(connection)) entries.push(...connectionWork(connection));
    }
  }
  await commit({ entries });
}

/** Orders that nothing was heard of for long are read at their partner: a hook may have been lost. */
async function readQuiet({ store, finish, deps }: Context): Promise<void> {
  const { redis, keys, clock } = store;
  const now = clock.now();
  const orderIds = await redis.zrangebyscore(keys.open, '-inf', now - deps.quietAfterMs, 'LIMIT', 0, batchMax);
  const entries: NewEntry[] = [];
  const writes: string[][] = [];
  for (const orderId of orderIds) {
    const stored = await readOrder(store, orderId);
    if (stored === null) {
      writes.push(['ZREM', keys.open, orderId]);
      continue;
    }
    const { fulfilment, createdAt } = stored.order;
    entries.push(...omsReads(stored.order));
    // The older the order, the longer the pauses: what has been quiet for days will not change within minutes.
    const pauseMs = Math.min((now - Date.parse(createdAt)) / 10, quietPauseMaxMs);
    writes.push(['ZADD', keys.open, 'XX', String(now + Math.round(pauseMs)), orderId]);
    if (fulfilment === undefined || fulfilment.submittedContentVersion === 0) continue;
    entries.push(makeEntry(fulfilmentRead, { orderId }, { lane: freeLane, cause: 'quiet', class: 'reads' }));
  }
  await finish({ entries, writes });
}

/**
 * An OMS tells of the steps of an order and not of every change in it: while it can still be changed where it is handled,
 * it is read there too.
 */
function omsReads({ merchantId, source, externalId, oms, status }: Order): NewEntry[] {
  if (oms === undefined || !isAmendable(status)) return [];
  const payload = { merchantId, connectionId: source, externalId };
  return [makeEntry(orderImport, payload, { lane: freeLane, cause: `quiet.${externalId}`, class: 'reads' })];
}

/** The partner's own log of hooks, from a little before where we were: what we have already is recognised by its id. */
async function catchUp(
  { merchantId, connectionId }: { merchantId: string; connectionId: string },
  context: Context,
): Promise<void> {
  const { store, finish, signal } = context;
  const { connection, laneOf } = await context.deps.openFulfilment(store, merchantId, connectionId, signal, {
    class: context.class,
  });
  if (connection.missedMessages === undefined) return;
  // Many of these come due in one moment: they wait where waiting holds back nobody else's work.
  if (!(await waitInLane(context, laneOf()))) return;
  const key = store.keys.health(connectionId);
  const startedMs = store.clock.now();
  const since = await store.redis.hget(key, 'caughtUpTo');
  const overlapMs = 2 * sweepEveryMs['catch-up'];
  const after = toInstant((since === null ? startedMs : Date.parse(since)) - overlapMs);
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof connection.missedMessages>> = await connection.missedMessages(after, cursor);
    for (const { id, body } of page.messages) {
      await acceptMessage(store, {
        merchantId,
        connectionId,
        messageId: id,
        body: Buffer.from(body),
        work: (inboxId) => makeEntry(fulfilmentRead, { merchantId, connectionId, inboxId }, { lane: freeLane }),
      });
    }
    cursor = page.cursor;
  } while (cursor !== null);
  await finish({ writes: [['HSET', key, 'caughtUpTo', toInstant(startedMs)]] });
}

/** Orders that no route took are asked again. Each stays on the list, with a later time, until a route takes it. */
async function routeWaiting(merchantId: string, startedMs: number, { store, finish }: Context): Promise<void> {
  const { redis, keys, clock } = store;
  const list = keys.unrouted(merchantId);
  const waiting = await redis.zrangebyscore(list, '-inf', startedMs, 'LIMIT', 0, batchMax);
  const now = clock.now();
  const cause = `route.${now}`;
  const entries = waiting.map((orderId) => makeEntry(fulfilmentSubmit, { orderId }, { lane: freeLane, cause }));
  if (waiting.length === batchMax) {
    const payload = { kind: 'unrouted', merchantId, startedMs } as const;
    entries.push(makeEntry(sweep, payload, { lane: freeLane, cause, delayMs: 1_000 }));
  }
  await finish({
    entries,
    writes: waiting.map((id) => ['ZADD', list, 'XX', String(Math.max(now, startedMs + 1)), id]),
  });
}
