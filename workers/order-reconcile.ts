import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { compareList } from '../src/fulfilment/compare-list.ts';
import type { Order } from '../src/domain/order.ts';
import { isWorthReadingAtOms, isWorthReadingThere } from '../src/domain/reconciliation.ts';
import { connectionCheck } from '../src/queues/connection-check.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { orderReconcile } from '../src/queues/order-reconcile.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import type { NewEntry } from '../src/store/commit.ts';
import { listConnections } from '../src/store/connections.ts';
import { freeLane } from '../src/store/entries.ts';
import { readOrder } from '../src/store/orders.ts';
import { askedWrites, readListed, readOpenOrders } from '../src/store/reconciliations.ts';

type Context = JobContext<WorkerDeps>;
type Payload = { merchantId: string; reconciliationId: string } & (
  { lists: string[] | null; cursor: string | null; pages: number } | { offset: number }
);

const batchMax = 500;

export default defineWorker<WorkerDeps, Payload>(orderReconcile, async (payload, context) => {
  const { merchantId, reconciliationId } = payload;
  if ('offset' in payload) return askForOrders(payload, context);
  if (payload.lists === null) return begin(payload, context);
  const { lists, cursor, pages } = payload;
  const [connectionId] = lists;
  if (connectionId !== undefined) {
    return compareList({ merchantId, reconciliationId, lists, cursor, pages, connectionId }, context);
  }
  const orders = { merchantId, reconciliationId, offset: 0 };
  await context.finish({ entries: [makeEntry(orderReconcile, orders, { lane: freeLane })] });
});

/** Lists first; meanwhile somebody looks whether the OMSs still know where to send their hooks. */
async function begin(
  { merchantId, reconciliationId }: { merchantId: string; reconciliationId: string },
  { store, deps, finish }: Context,
): Promise<void> {
  const called = (await listConnections(store, merchantId)).filter((one) => !one.paused && deps.callsSomebody(one));
  const next = { merchantId, reconciliationId, lists: called.map(({ id }) => id), cursor: null, pages: 0 };
  const checks = called
    .filter(({ kind }) => kind === 'oms')
    .map(({ id: connectionId }) =>
      makeEntry(
        connectionCheck,
        { merchantId, connectionId, once: true, reconciliationId },
        { lane: freeLane, cause: reconciliationId },
      ),
    );
  await finish({
    entries: [...checks, makeEntry(orderReconcile, next, { lane: freeLane })],
    writes: askedWrites(store, reconciliationId, { reads: checks.length }),
  });
}

/** The reads wait in the lanes of their connections, behind all that is in more of a hurry. */
async function askForOrders(
  payload: { merchantId: string; reconciliationId: string; offset: number },
  { store, deps, finish }: Context,
): Promise<void> {
  const { merchantId, reconciliationId: id, offset } = payload;
  const orderIds = await readOpenOrders(store, id, offset, batchMax);
  const stored = await Promise.all(orderIds.map((orderId) => readOrder(store, orderId)));
  const looks = stored.flatMap((one) => {
    if (one?.order.merchantId !== merchantId) return [];
    const { order } = one;
    const [atOms, there] = [isWorthReadingAtOms(order), isWorthReadingThere(order, deps.vocabularies)];
    return atOms || there ? [{ order, atOms, there }] : [];
  });
  const listed = await readListed(store, id, looks.map(({ order }) => order.id)); // prettier-ignore
  const entries = looks.flatMap(({ order, atOms, there }) => [
    ...(atOms ? [readAtOms(order, id)] : []),
    ...(there && !listed.has(order.id) ? [readThere(order, id)] : []),
  ]);
  const isLast = orderIds.length < batchMax;
  const next = makeEntry(orderReconcile, { ...payload, offset: offset + batchMax }, { lane: freeLane });
  await finish({
    entries: isLast ? entries : [...entries, next],
    writes: askedWrites(store, id, { orders: looks.length, reads: entries.length, listed: listed.size, isLast }),
  });
}

const optionsOf = (orderId: string, id: string) =>
  ({ lane: freeLane, cause: `${id}.${orderId}`, class: 'reads' }) as const;

const readAtOms = ({ id: orderId, merchantId, source, externalId }: Order, id: string): NewEntry =>
  makeEntry(
    orderImport,
    { merchantId, connectionId: source, externalId, reconciliationId: id },
    optionsOf(orderId, id),
  );

const readThere = ({ id: orderId }: Order, id: string): NewEntry =>
  makeEntry(fulfilmentRead, { orderId, reconciliationId: id }, optionsOf(orderId, id));
