import type { InboundMessage } from '../src/connectors/webhook.ts';
import { Failure } from '../src/domain/failure.ts';
import { learn } from '../src/domain/order-change.ts';
import type { Order } from '../src/domain/order.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder } from '../src/store/change-order.ts';
import { keptWrites, readMessage } from '../src/store/inbox.ts';
import { findOrderByReference, requireOrder } from '../src/store/orders.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { recordSnapshot } from '../src/fulfilment/record-snapshot.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;
type Payload = { merchantId: string; connectionId: string; inboxId: string } | { orderId: string };

export default defineWorker<WorkerDeps, Payload>(fulfilmentRead, (payload, context) =>
  'inboxId' in payload ? takeMessage(payload, context) : readPartner(payload.orderId, context),
);

/** A hook: its evidence goes into the order, and where it is only a hint, a read of the partner follows. */
async function takeMessage(
  { merchantId, connectionId, inboxId }: Extract<Payload, { inboxId: string }>,
  context: Context,
): Promise<void> {
  const { store, log, finish } = context;
  const stored = await readMessage(store, inboxId);
  if (stored === null) throw new Failure('rejected', 'hook.expired', 'this webhook is past its retention');
  // A paused connection is not called, but what it says is heard.
  const { connector, lane } = await context.deps.openFulfilment(store, merchantId, connectionId, context.signal, {
    evenPaused: true,
  });
  const message = connector.webhook?.read(stored.body, stored.receivedAt);
  const externalRef = message?.externalRef ?? null;
  const orderId = externalRef === null ? null : await findOrderByReference(store, connectionId, externalRef);
  const writes = keptWrites(store, inboxId);
  if (message === undefined || orderId === null) {
    // About no order, or about one that somebody gave the partner without us: nothing of ours to change.
    if (externalRef !== null) log.info({ connectionId, event: message?.event, inboxId }, 'hook.unmatched');
    await finish({ writes });
    return;
  }
  await applyMessage(orderId, message, { lane, writes }, context);
}

async function applyMessage(
  orderId: string,
  message: InboundMessage,
  { lane, writes }: { lane: string; writes: string[][] },
  context: Context,
): Promise<void> {
  const { store, finish, entryId } = context;
  await changeOrder(store, orderId, { commit: finish, work: deliveryWork }, ({ order }) => {
    const at = toInstant(store.clock.now());
    const heard = learn(
      { order: withJob(order, message.jobId), happenings: [] },
      message.evidence,
      context.deps.vocabularies,
      at,
    );
    return {
      ...heard,
      timeline: [{ at, what: 'hook.received', detail: { event: message.event } }],
      writes,
      entries: message.needsRead ? [makeEntry(fulfilmentRead, { orderId }, { lane, cause: entryId })] : [],
    };
  });
}

/** The first hook may tell the job's id before the answer to our own dispatch was recorded. */
function withJob(order: Order, jobId: string | undefined): Order {
  const { fulfilment } = order;
  if (fulfilment === undefined || jobId === undefined || fulfilment.jobId !== undefined) return order;
  return { ...order, fulfilment: { ...fulfilment, jobId } };
}

/** Asks the partner how things stand. A read is no effect: it may happen any number of times. */
async function readPartner(orderId: string, context: Context): Promise<void> {
  const { store, finish } = context;
  const { order } = await requireOrder(store, orderId);
  const { fulfilment } = order;
  if (fulfilment === undefined) return;
  if (!(await waitInLane(context, order.merchantId, fulfilment.connectionId))) return;
  const snapshot = await withinDeadline(context.signal, async (signal) => {
    const { connection } = await context.deps.openFulfilment(store, order.merchantId, fulfilment.connectionId, signal);
    return connection.find(fulfilment);
  });
  if (snapshot === null) {
    if (fulfilment.submittedContentVersion === 0) return;
    throw new Failure('rejected', 'fulfilment.order_lost', 'the fulfilment system does not know this order any more', {
      detail: { connectionId: fulfilment.connectionId },
    });
  }
  await changeOrder(store, orderId, { commit: finish, work: deliveryWork }, (stored) =>
    recordSnapshot(context, stored, snapshot, {
      what: 'fulfilment.read',
      told: stored.order.fulfilment?.submittedContentVersion ?? 0,
      done: [fulfilmentRead.name],
    }),
  );
}
