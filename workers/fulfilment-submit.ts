import { routeOrder } from '../src/fulfilment/route-order.ts';
import type { FulfilmentSnapshot } from '../src/connectors/fulfilment/port.ts';
import { Failure } from '../src/domain/failure.ts';
import { raiseProblem } from '../src/domain/order-change.ts';
import { isBeingCanceled, withoutProblem, type Order, type OrderFulfilment } from '../src/domain/order.ts';
import { isTerminal } from '../src/domain/order-status.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { overlapCheck, overlapLooksMs } from '../src/queues/overlap-check.ts';
import { performEffect } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import type { NewEntry } from '../src/store/commit.ts';
import { listConnections, type Connection } from '../src/store/connections.ts';
import { freeLane } from '../src/store/entries.ts';
import { referenceField } from '../src/store/orders.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { awaitAppearance } from '../src/fulfilment/await-appearance.ts';
import { takeUnmatched } from '../src/fulfilment/keep-unmatched.ts';
import { toOrderToFulfil } from '../src/fulfilment/order-to-fulfil.ts';
import { attentionCode, recordSnapshot } from '../src/fulfilment/record-snapshot.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;

/** A new order's way to the fulfilment system: routed, told, dispatched. Each step is committed before the next. */
export default defineWorker<WorkerDeps, { orderId: string }>(fulfilmentSubmit, async ({ orderId }, context) => {
  const routed = await route(orderId, context);
  if (routed?.fulfilment === undefined) return;
  const { merchantId, fulfilment } = routed;
  await takeUnmatched(context, { merchantId, ...fulfilment });
  const opened = await context.deps.openFulfilment(context.store, merchantId, fulfilment.connectionId, context.signal);
  if (opened.connector.appearsWithinMs !== undefined) return awaitAppearance(orderId, opened, context);
  if (!(await waitInLane(context, opened.laneOf()))) return;
  const submitted = needsTelling(routed) ? await submit(routed, context) : routed;
  if (submitted === null || wantsAttention(submitted)) return;
  await dispatch(submitted, context);
});

const wantsAttention = (order: Order): boolean => order.problems.some((problem) => problem.code === attentionCode);
const needsTelling = (order: Order): boolean =>
  wantsAttention(order) || (order.fulfilment?.submittedContentVersion ?? 0) < order.contentVersion;
const unroutedCode = 'order.no_route';

/** Decides who handles the order, once, and writes down the reference under which the partner will know it. */
async function route(orderId: string, context: Context): Promise<Order | null> {
  const { store } = context;
  const order = await changeOrder(store, orderId, { commit: context.commit, work: deliveryWork }, async (stored) => {
    const { order: before } = stored;
    if (before.fulfilment !== undefined || isTerminal(before.status) || isBeingCanceled(before)) return null;
    const connections = await listConnections(store, before.merchantId);
    const connection = routeOrder(before, connections);
    if (connection === undefined) return notRouted(context, before);
    const fulfilment: OrderFulfilment = {
      connectionId: connection.id,
      connector: connection.connector,
      externalRef: before.externalId,
      submittedContentVersion: 0,
      ...(context.deps.tellsOmsOfDelivery(store, connection) ? { tellsOms: true } : {}),
      routedAt: now(context),
    };
    const reference = store.keys.reference(connection.id, fulfilment.externalRef);
    const holder = await store.redis.hget(reference, referenceField);
    if (holder !== null && holder !== orderId) throw referenceTaken(holder);
    return {
      order: {
        ...before,
        ...whoTellsPicks(context, before, connection),
        fulfilment,
        problems: withoutProblem(before.problems, unroutedCode),
      },
      timeline: [
        {
          at: now(context),
          what: 'order.routed',
          detail: { connection: connection.name, connector: connection.connector },
        },
      ],
      guards: [{ key: reference, field: referenceField, expected: holder }],
      writes: [
        ['HSET', reference, referenceField, orderId],
        ['ZREM', store.keys.unrouted(before.merchantId), orderId],
      ],
      entries: overlapWork(context, before, connection, connections),
    };
  });
  const waits = order.fulfilment === undefined || isTerminal(order.status) || isBeingCanceled(order);
  return waits ? null : order;
}

/** Two sources with one external id at one partner: its hooks could not be told apart, so the second stays here. */
const referenceTaken = (holder: string): Failure =>
  new Failure('rejected', 'order.reference_taken', 'another order with this external id is at this fulfilment system', {
    detail: { orderId: holder },
  });

const now = ({ store }: Context): string => toInstant(store.clock.now());

function notRouted(context: Context, order: Order): OrderChange {
  // Asked again and still none: nothing has changed, and the order stays on the list.
  if (order.problems.some(({ code }) => code === unroutedCode)) return null;
  const problem = {
    code: unroutedCode,
    detail: `no fulfilment connection takes orders of store ${order.storeLocationId}`,
    source: 'you',
    raisedAt: now(context),
  };
  const unrouted = context.store.keys.unrouted(order.merchantId);
  return {
    ...raiseProblem({ order, happenings: [] }, problem),
    writes: [['ZADD', unrouted, context.store.clock.now(), order.id]],
  };
}

/** Systems that take this order's OMS's orders by themselves would pick it a second time: looked for, a few times. */
function overlapWork(
  { store, deps }: Context,
  order: Order,
  handler: Connection,
  all: readonly Connection[],
): NewEntry[] {
  const source = all.find(({ id }) => id === order.source);
  const account = source === undefined ? undefined : deps.vendorAccountOf(store, source);
  if (account === undefined) return [];
  return all
    .filter(
      (other) =>
        other.id !== handler.id && deps.importsByItself(other) && deps.vendorAccountOf(store, other) === account,
    )
    .map(({ id: connectionId }) => {
      const payload = { orderId: order.id, connectionId, look: 0 };
      return makeEntry(overlapCheck, payload, { lane: freeLane, delayMs: overlapLooksMs[0] });
    });
}

/** Tells the partner of the order. Keyed by our reference, so telling it again finds the first. */
function submit(routed: Order, context: Context): Promise<Order | null> {
  const connectionId = routed.fulfilment?.connectionId ?? '';
  return performEffect<FulfilmentSnapshot>(context, {
    orderId: routed.id,
    connectionId,
    name: 'order.submit',
    unless: (order) => isTerminal(order.status) || isBeingCanceled(order),
    act: async (stored, _unsure, signal) => {
      const { connection } = await context.deps.openFulfilment(context.store, routed.merchantId, connectionId, signal);
      if (connection.submit === undefined) throw lacks('submit');
      return connection.submit(toOrderToFulfil(context.store, stored, 'current'));
    },
    record: (stored, snapshot) =>
      recordSnapshot(context, stored, snapshot, {
        what: 'order.submitted',
        told: stored.order.contentVersion,
        done: [fulfilmentSubmit.name],
      }),
  });
}

/** Has somebody sent to pick it. Repeating this would send two, so an unsure run looks first. */
async function dispatch(submitted: Order, context: Context): Promise<void> {
  const connectionId = submitted.fulfilment?.connectionId ?? '';
  await performEffect<FulfilmentSnapshot>(context, {
    orderId: submitted.id,
    connectionId,
    name: 'order.dispatch',
    unless: (order) =>
      isTerminal(order.status) || isBeingCanceled(order) || order.fulfilment?.dispatchedAt !== undefined,
    act: async ({ order }, unsure, signal) => {
      const { connection } = await context.deps.openFulfilment(context.store, order.merchantId, connectionId, signal);
      if (connection.dispatch === undefined) throw lacks('dispatch');
      const ref = order.fulfilment ?? { externalRef: order.externalId };
      const found = unsure ? await connection.find(ref) : null;
      return found?.dispatched === true ? found : connection.dispatch(ref);
    },
    record: (stored, snapshot) =>
      recordSnapshot(context, stored, snapshot, {
        what: 'order.dispatched',
        told: stored.order.contentVersion,
        done: [fulfilmentSubmit.name],
      }),
    commit: context.finish,
  });
}

const lacks = (method: string): Failure =>
  new Failure('misconfigured', 'connection.unsupported', `this fulfilment system has no ${method}`);

/** A system of the OMS's own vendor tells it by itself what was picked. */
const whoTellsPicks = ({ deps }: Context, { oms }: Order, connection: Connection): Pick<Order, 'oms'> | null =>
  oms?.tellsPicks === true && deps.importsByItself(connection) ? { oms: { ...oms, tellsPicks: false } } : null;
