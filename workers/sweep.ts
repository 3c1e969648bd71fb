import { makeId } from '../src/domain/ids.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { nextSweep, quietAfterMs, sweep, sweepEveryMs } from '../src/queues/sweep.ts';
import { listConnections } from '../src/store/connections.ts';
import { freeLane } from '../src/store/entries.ts';
import { acceptMessage } from '../src/store/inbox.ts';
import { readOrder } from '../src/store/orders.ts';
import type { NewEntry } from '../src/store/commit.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';

type Context = JobContext<WorkerDeps>;
type Payload =
  | { kind: 'retention' | 'quiet' }
  | { kind: 'catch-up'; merchantId: string; connectionId: string }
  | { kind: 'unrouted'; merchantId: string };

export default defineWorker<WorkerDeps, Payload>(sweep, async (payload, context) => {
  switch (payload.kind) {
    case 'retention':
      await context.commit({ entries: [nextSweep('retention', context.store.clock.now())] });
      await forgetFinished(context);
      await startCatchUps(context);
      return;
    case 'quiet':
      await context.commit({ entries: [nextSweep('quiet', context.store.clock.now())] });
      return readQuiet(context);
    case 'catch-up':
      return catchUp(payload, context);
    case 'unrouted':
      return routeWaiting(payload.merchantId, context);
  }
});

/** So many at a time that no single step of it is long; what is left is for the next tick. */
const batchMax = 500;

/** Deletes what is past its time. Claims of external ids stay: an order is unique for ever. */
async function forgetFinished({ store }: Context): Promise<void> {
  const { redis, keys, retention, clock } = store;
  const cutoffMs = clock.now() - retention.orderSeconds * 1000;
  const orderIds = await redis.zrangebyscore(keys.finished, '-inf', cutoffMs, 'LIMIT', 0, batchMax);
  for (const orderId of orderIds) {
    const stored = await readOrder(store, orderId);
    if (stored !== null) await redis.zrem(keys.orders(stored.order.merchantId), orderId);
    await redis.del(keys.order(orderId), keys.timeline(orderId));
    await redis.zrem(keys.finished, orderId);
  }
  const noRandom = new Uint8Array(10);
  const oldest = clock.now() - retention.eventSeconds * 1000;
  for (const merchantId of await redis.smembers(keys.merchants)) {
    await redis.zremrangebylex(keys.events(merchantId), '-', `(${makeId('event', oldest, noRandom)}`);
    await redis.zremrangebylex(keys.deliveries(merchantId), '-', `(${makeId('delivery', oldest, noRandom)}`);
  }
}

/** Asks every connection, once in its interval, for hooks that did not reach us. */
async function startCatchUps({ store, commit }: Context): Promise<void> {
  const tick = String(Math.floor(store.clock.now() / sweepEveryMs['catch-up']));
  const entries: NewEntry[] = [];
  for (const merchantId of await store.redis.smembers(store.keys.merchants)) {
    for (const connection of await listConnections(store, merchantId)) {
      if (connection.kind !== 'fulfilment' || connection.paused) continue;
      const payload = { kind: 'catch-up', merchantId, connectionId: connection.id } as const;
      entries.push(makeEntry(sweep, payload, { lane: freeLane, cause: tick }));
    }
  }
  await commit({ entries });
}

/** Orders that nothing was heard of for long are read at their partner: a hook may have been lost. */
async function readQuiet({ store, finish }: Context): Promise<void> {
  const { redis, keys, clock } = store;
  const now = clock.now();
  const orderIds = await redis.zrangebyscore(keys.open, '-inf', now - quietAfterMs, 'LIMIT', 0, batchMax);
  const entries: NewEntry[] = [];
  const writes: string[][] = [];
  for (const orderId of orderIds) {
    const stored = await readOrder(store, orderId);
    if (stored === null) {
      writes.push(['ZREM', keys.open, orderId]);
      continue;
    }
    writes.push(['ZADD', keys.open, 'XX', String(now), orderId]);
    const { fulfilment } = stored.order;
    if (fulfilment === undefined || fulfilment.submittedContentVersion === 0) continue;
    entries.push(
      makeEntry(fulfilmentRead, { orderId }, { lane: freeLane, cause: `quiet.${Math.floor(now / quietAfterMs)}` }),
    );
  }
  await finish({ entries, writes });
}

/** The partner's own log of hooks, from a little before where we were: what we have already is recognised by its id. */
async function catchUp(
  { merchantId, connectionId }: { merchantId: string; connectionId: string },
  context: Context,
): Promise<void> {
  const { store, finish, signal } = context;
  const { connection } = await context.deps.openFulfilment(store, merchantId, connectionId, signal);
  if (connection.missedMessages === undefined) return;
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

/** A connection appeared or changed: orders that no route took are asked again. */
async function routeWaiting(merchantId: string, { store, finish }: Context): Promise<void> {
  const waiting = await store.redis.zrange(store.keys.unrouted(merchantId), '0', String(batchMax - 1));
  const cause = `route.${store.clock.now()}`;
  const entries = waiting.map((orderId) => makeEntry(fulfilmentSubmit, { orderId }, { lane: freeLane, cause }));
  if (waiting.length === batchMax) {
    const delayMs = 1_000;
    entries.push(makeEntry(sweep, { kind: 'unrouted', merchantId }, { lane: freeLane, cause, delayMs }));
  }
  // Taken off the list here; an order that still finds no route puts itself back.
  await finish({ entries, writes: waiting.map((id) => ['ZREM', store.keys.unrouted(merchantId), id]) });
}
