import type { DeliveryTold, FulfilmentConnection } from '../src/connectors/fulfilment/port.ts';
import { isRetryable, type Failure } from '../src/domain/failure.ts';
import { raiseProblem } from '../src/domain/order-change.ts';
import { owedToFleet, type FleetStep, type FleetWords } from '../src/domain/order-fleet.ts';
import type { Order } from '../src/domain/order.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { toInstant } from '../src/platform/clock.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { fleetUpdate } from '../src/queues/fleet-update.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import { merchantLane } from '../src/store/entries.ts';
import {
  countFleetOwed,
  fleetOwedWrites,
  fleetToldWrites,
  fleetUntoldWrites,
  forgetFleetOwed,
  takeFleetOwed,
} from '../src/store/fleet-owed.ts';
import { readOrder } from '../src/store/orders.ts';

type Context = JobContext<WorkerDeps>;

/** One delivery that could not be heard of is told alone, again and again, and after so many tries somebody has to look. */
const retryMs = 60_000;
const triesMax = 10;
const moreMs = 200;
/** Longer than the calls of one run may take (perform-effect.ts); after the death of its process they are told again then. */
const leaseMs = 60_000;

/**
 * The call sets a state, so it may be made again after any death; what it said is written to each order by itself. An order that
 * moved on while it was told of stays owed, since its change and this one cannot both hold.
 */
export default defineWorker<WorkerDeps, { merchantId: string; connectionId: string }>(
  fleetUpdate,
  async ({ merchantId, connectionId }, context) => {
    const { store, deps, signal, finish, commit } = context;
    const { connection, connector, laneOf } = await deps.openFulfilment(store, merchantId, connectionId, signal);
    const { fleet } = connector;
    if (fleet === undefined || connection.tellDeliveries === undefined) {
      await finish({ writes: forgetFleetOwed(store, connectionId) });
      return;
    }
    const { due, nextMs } = await countFleetOwed(store, connectionId, store.clock.now());
    if (due === 0) {
      await finish({ entries: nextMs === null ? [] : [laterWork({ merchantId, connectionId }, nextMs, store)] });
      return;
    }
    if (!(await waitInLane(context, laneOf()))) return;
    const nowMs = store.clock.now();
    const wanted = { nowMs, untilMs: nowMs + leaseMs, limit: fleet.perCallMax };
    const orderIds = await takeFleetOwed(store, connectionId, wanted);
    // A call that is given up is ended, too: what it was to say may be overtaken from then on.
    const tell: Told['tell'] = (deliveries) =>
      withinDeadline(signal, async (ending) => {
        const opened = await deps.openFulfilment(store, merchantId, connectionId, ending);
        return opened.connection.tellDeliveries?.(deliveries) ?? [];
      });
    await tellThem(orderIds, { connectionId, words: fleet.words, tell }, context).catch(async (error: unknown) => {
      await commit({ writes: fleetUntoldWrites(store, connectionId, orderIds, store.clock.now()) });
      throw error;
    });
    await finish({}, { how: 'again', delayMs: moreMs });
  },
);

/** One entry for all who find the same. */
function laterWork(payload: { merchantId: string; connectionId: string }, atMs: number, { clock }: Context['store']) {
  const { merchantId } = payload;
  const delayMs = Math.max(0, atMs - clock.now());
  return makeEntry(fleetUpdate, payload, {
    lane: merchantLane(merchantId),
    cause: `later.${Math.round(atMs)}`,
    delayMs,
  });
}

interface Told {
  connectionId: string;
  words: FleetWords;
  tell: NonNullable<FulfilmentConnection['tellDeliveries']>;
}

async function tellThem(
  orderIds: readonly string[],
  { connectionId, words, tell }: Told,
  context: Context,
): Promise<void> {
  const { store, commit } = context;
  const found = await Promise.all(orderIds.map((id) => readOrder(store, id)));
  const owed = found.flatMap((stored) => {
    const step = stored === null ? null : owedToFleet(stored.order, words);
    return stored === null || step === null ? [] : [{ order: stored.order, step }];
  });
  const gone = orderIds.filter((_, at) => (found[at] ?? null) === null);
  await commit({ writes: fleetToldWrites(store, connectionId, gone) });
  const wanted = owed.map(({ order, step }) => ({
    externalRef: order.fulfilment?.externalRef ?? order.externalId,
    ...step,
    trackingNumber: order.tracking?.trackingNumber ?? null,
  }));
  const results = wanted.length === 0 ? [] : await tell(wanted);
  const answers = new Map(owed.map(({ order, step }, at) => [order.id, { step, result: results[at] }]));
  for (const orderId of orderIds.filter((id) => !gone.includes(id))) {
    await changeOrder(store, orderId, { commit, work: deliveryWork }, ({ order }) =>
      record(order, answers.get(orderId), { connectionId, words }, context),
    );
  }
}

/** What the answer means for the order as it is by now; owed is what it then still is. */
function record(
  order: Order,
  answer: { step: FleetStep; result: DeliveryTold | undefined } | undefined,
  { connectionId, words }: Pick<Told, 'connectionId' | 'words'>,
  { store }: Context,
): OrderChange {
  const { fulfilment } = order;
  const nowMs = store.clock.now();
  const restWrites = (now: Order): string[][] =>
    owedToFleet(now, words) === null
      ? fleetToldWrites(store, connectionId, [now.id])
      : fleetOwedWrites(store, connectionId, now.id, nowMs);
  if (fulfilment === undefined || answer?.result === undefined) {
    return { order, writes: restWrites(order) };
  }
  const { step, result } = answer;
  const at = toInstant(nowMs);
  const tries = (fulfilment.fleet?.tries ?? 0) + 1;
  if (!result.told && isRetryable(result.failure.kind) && tries < triesMax) {
    const fleet = { word: '', rank: 0, ...fulfilment.fleet, tries };
    return {
      order: { ...order, fulfilment: { ...fulfilment, fleet } },
      writes: fleetOwedWrites(store, connectionId, order.id, nowMs + retryMs),
    };
  }
  const refused = result.told ? undefined : result.failure.code;
  const fleet = { ...step, ...(refused === undefined ? {} : { refused }) };
  const next = { ...order, fulfilment: { ...fulfilment, fleet } };
  return {
    ...(result.told ? { order: next } : raiseProblem({ order: next, happenings: [] }, problemOf(result.failure, step, { at, source: fulfilment.connector }))), // prettier-ignore
    timeline: [{ at, what: result.told ? 'fulfilment.fleetTold' : 'fulfilment.fleetRefused', detail: { word: step.word, ...(refused === undefined ? {} : { code: refused }) } }], // prettier-ignore
    writes: restWrites(next),
  };
}

const problemOf = (failure: Failure, { word }: FleetStep, { at, source }: { at: string; source: string }) => ({
  code: 'fulfilment.fleet_refused',
  detail: `${source} was not told ${word}: ${failure.message}`,
  source,
  raisedAt: at,
});
