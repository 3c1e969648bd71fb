import type { FulfilmentSnapshot } from '../src/connectors/fulfilment/port.ts';
import type { InboundMessage } from '../src/connectors/webhook.ts';
import { Failure } from '../src/domain/failure.ts';
import { judgeFollowing, learnFollowing, wantsLookAtCancel } from '../src/domain/order-cancel.ts';
import { lacksPicks, learn, ownEvidence } from '../src/domain/order-change.ts';
import { withoutProblemsOf, type Order } from '../src/domain/order.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentRead } from '../src/queues/fulfilment-read.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder } from '../src/store/change-order.ts';
import type { NewEntry } from '../src/store/commit.ts';
import { freeLane } from '../src/store/entries.ts';
import { droppedWrites, keptWithWrites, readMessage } from '../src/store/inbox.ts';
import { findOrderByReference, requireOrder } from '../src/store/orders.ts';
import type { OpenFulfilment, WorkerDeps } from '../src/fulfilment/deps.ts';
import { amendAgain } from '../src/fulfilment/amend-again.ts';
import { documentsWork } from '../src/fulfilment/documents-work.ts';
import { keepUnmatched } from '../src/fulfilment/keep-unmatched.ts';
import { omsWork } from '../src/fulfilment/oms-work.ts';
import { partHops } from '../src/fulfilment/part-hops.ts';
import { countCalls, reportLook } from '../src/fulfilment/report-look.ts';
import { recordSnapshot } from '../src/fulfilment/record-snapshot.ts';
import { takeWholeReturn } from '../src/fulfilment/take-returns.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;
type Payload =
  | { merchantId: string; connectionId: string; inboxId: string }
  | { orderId: string; again?: number | undefined; reconciliationId?: string | undefined };

export default defineWorker<WorkerDeps, Payload>(fulfilmentRead, (payload, context) =>
  'inboxId' in payload ? takeMessage(payload, context) : readPartner(payload, context),
);

/** A hook: its evidence goes into the order, and where it is only a hint, a read of the partner follows. */
async function takeMessage(
  { merchantId, connectionId, inboxId }: Extract<Payload, { inboxId: string }>,
  context: Context,
): Promise<void> {
  const { store, finish } = context;
  const stored = await readMessage(store, inboxId);
  if (stored === null) return;
  // A paused connection is not called, but what it says is heard.
  const opened = await context.deps.openFulfilment(store, merchantId, connectionId, context.signal, {
    evenPaused: true,
  });
  const message = opened.connector.webhook?.read(stored.body, stored.receivedAt);
  if (message === undefined || message.externalRef === null) {
    await finish({ writes: droppedWrites(store, merchantId, inboxId) });
    return;
  }
  const orderId = await findOrderByReference(store, connectionId, message.externalRef);
  if (orderId !== null) return applyMessage(orderId, message, { opened, inboxId }, context);
  const kept = await keepUnmatched(context, opened, { inboxId, externalRef: message.externalRef });
  // Its order was routed here in this very moment.
  if (kept === 'conflict') throw new Failure('aborted', 'hook.matched', 'the order has just become known');
  context.log.info({ connectionId, event: message.event, inboxId }, 'hook.unmatched');
}

async function applyMessage(
  orderId: string,
  message: InboundMessage,
  { opened, inboxId }: { opened: OpenFulfilment; inboxId: string },
  context: Context,
): Promise<void> {
  const { store, finish, entryId, deps } = context;
  await changeOrder(store, orderId, { commit: finish, work: deliveryWork }, (stored) => {
    const { order } = stored;
    const at = toInstant(store.clock.now());
    const arrived = opened.connector.appearsWithinMs === undefined ? order : withArrival(order, at);
    const known = withJob(arrived, message.jobId);
    const own = known.fulfilment?.dispatchedAt === undefined ? [] : [ownEvidence('submitted', order.createdAt)];
    const said = learn({ order: known, happenings: [] }, [...own, ...message.evidence], deps.vocabularies, at);
    const following = judgeFollowing(said.order, deps.vocabularies, false);
    const followed = learnFollowing(said, { following, isRead: false, at });
    const { changed: heard, timeline } = takeWholeReturn({ store, vocabularies: deps.vocabularies }, followed);
    const isLack = lacksPicks(heard.order) && !lacksPicks(order);
    const read =
      message.needsRead || isLack || wantsLookAtCancel(order, heard.order)
        ? [makeEntry(fulfilmentRead, { orderId }, { lane: opened.laneOf(), cause: entryId })]
        : [];
    return {
      ...heard,
      timeline: [
        { at, what: 'hook.received', detail: { event: message.event, inboxId } },
        ...timeline,
        ...partHops(order, heard.order, deps.vocabularies, at),
      ],
      writes: keptWithWrites(store, stored, inboxId),
      entries: [
        ...read,
        ...omsWork(order, heard.order),
        ...documentsWork(deps, order, heard.order),
        ...(arrived === order ? [] : endWait(order)),
      ],
    };
  });
}

/** A system that takes its orders by itself has this one, or could not speak of it. */
function withArrival(order: Order, at: string): Order {
  const { fulfilment } = order;
  if (fulfilment === undefined || fulfilment.dispatchedAt !== undefined) return order;
  return {
    ...order,
    fulfilment: { ...fulfilment, submittedContentVersion: order.contentVersion, dispatchedAt: at },
    problems: withoutProblemsOf(order.problems, [fulfilmentSubmit.name]),
  };
}

/** Who waited for it to appear, and may have given up, finds that it has. */
const endWait = ({ id: orderId, problems }: Order): NewEntry[] =>
  problems.some(({ job }) => job === fulfilmentSubmit.name)
    ? [makeEntry(fulfilmentSubmit, { orderId }, { lane: freeLane })]
    : [];

/** The first hook may tell the job's id before the answer to our own dispatch was recorded. */
function withJob(order: Order, jobId: string | undefined): Order {
  const { fulfilment } = order;
  if (fulfilment === undefined || jobId === undefined || fulfilment.jobId !== undefined) return order;
  return { ...order, fulfilment: { ...fulfilment, jobId } };
}

/** Asks the partner how things stand. A read is no effect: it may happen any number of times. */
async function readPartner(
  { orderId, again = 0, reconciliationId }: Extract<Payload, { orderId: string }>,
  context: Context,
): Promise<void> {
  const { store } = context;
  const { order } = await requireOrder(store, orderId);
  const { fulfilment } = order;
  const report = reportLook(context, { reconciliationId, system: fulfilment?.connector ?? '' });
  if (fulfilment === undefined) {
    await report.finish({});
    return;
  }
  const { laneOf, connector } = await context.deps.openFulfilment(
    store,
    order.merchantId,
    fulfilment.connectionId,
    context.signal,
  );
  if (!(await waitInLane(context, laneOf()))) return;
  const startedMs = store.clock.now();
  const { connectionId } = fulfilment;
  const snapshot = await countCalls(context, { reconciliationId, connectionId, system: connector.id }, (onCall) =>
    withinDeadline(context.signal, async (signal) => {
      const opened = await context.deps.openFulfilment(store, order.merchantId, connectionId, signal, {
        onCall,
        class: context.class,
      });
      return opened.connection.find({ ...fulfilment, lines: order.content.lines });
    }),
  );
  if (snapshot === null) {
    // What was called off need not be there any more.
    if (fulfilment.submittedContentVersion === 0 || order.status === 'CANCELED') {
      await report.finish({});
      return;
    }
    throw new Failure('rejected', 'fulfilment.order_lost', 'the fulfilment system does not know this order any more', {
      detail: { connectionId },
    });
  }
  await changeOrder(store, orderId, { commit: report.finish, work: deliveryWork }, async (stored) => {
    const recorded = await recordSnapshot(context, stored, snapshot, {
      what: 'fulfilment.read',
      tookMs: store.clock.now() - startedMs,
      told: stored.order.fulfilment?.submittedContentVersion ?? 0,
      done: [fulfilmentRead.name],
    });
    const mended = reconciliationId === undefined ? recorded : amendAgain(store, stored, recorded, snapshot);
    const change = report.seen(stored.order, mended);
    if (change === null || !isStale(change.order, snapshot) || again >= againMax) return change;
    if (connector.readCacheMs === undefined) return change;
    const options = { lane: laneOf(), cause: `again.${again + 1}`, delayMs: connector.readCacheMs + cacheMarginMs };
    const later = makeEntry(fulfilmentRead, { orderId, again: again + 1 }, options);
    return { ...change, entries: [...(change.entries ?? []), later] };
  });
}

const againMax = 3;
const cacheMarginMs = 5_000;

/** The order is past its picking, and this read knows nothing of what was picked: it is older than what was heard. */
const isStale = (order: Order, snapshot: FulfilmentSnapshot): boolean =>
  lacksPicks(order) && snapshot.pickedItems === null && snapshot.needsAttention === null;
