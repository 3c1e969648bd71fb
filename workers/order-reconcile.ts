import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { isTerminal } from '../src/domain/order-status.ts';
import type { Order } from '../src/domain/order.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { orderReconcile } from '../src/queues/order-reconcile.ts';
import { defineWorker } from '../src/queues/run-worker.ts';
import type { NewEntry } from '../src/store/commit.ts';
import { freeLane } from '../src/store/entries.ts';
import { readOrder } from '../src/store/orders.ts';
import { askedWrites, readOpenOrders } from '../src/store/reconciliations.ts';

interface Payload extends Record<string, unknown> {
  merchantId: string;
  reconciliationId: string;
  offset: number;
}

const batchMax = 500;

/** The reads wait in the lanes of their connections, behind all that is in more of a hurry. */
export default defineWorker<WorkerDeps, Payload>(orderReconcile, async (payload, { store, finish }) => {
  const { merchantId, reconciliationId: id, offset } = payload;
  const orderIds = await readOpenOrders(store, id, offset, batchMax);
  const stored = await Promise.all(orderIds.map((orderId) => readOrder(store, orderId)));
  const orders = stored.flatMap((one) =>
    one !== null && one.order.merchantId === merchantId && !isTerminal(one.order.status) ? [one.order] : [],
  );
  const entries = orders.flatMap((order) => readsOf(order, id));
  const isLast = orderIds.length < batchMax;
  const next = makeEntry(orderReconcile, { ...payload, offset: offset + batchMax }, { lane: freeLane });
  await finish({
    entries: isLast ? entries : [...entries, next],
    writes: askedWrites(store, id, { orders: orders.length, reads: entries.length, isLast }),
  });
});

/** Where an order can be looked at: in the OMS that it came from, and in the system that has it. */
function readsOf({ id: orderId, merchantId, source, externalId, oms, fulfilment }: Order, id: string): NewEntry[] {
  const options = { lane: freeLane, cause: `${id}.${orderId}`, class: 'reads' } as const;
  const isThere = fulfilment !== undefined && fulfilment.submittedContentVersion > 0;
  return [
    ...(oms === undefined
      ? []
      : [makeEntry(orderImport, { merchantId, connectionId: source, externalId, reconciliationId: id }, options)]),
    ...(isThere ? [makeEntry(fulfilmentRead, { orderId, reconciliationId: id }, options)] : []),
  ];
}
