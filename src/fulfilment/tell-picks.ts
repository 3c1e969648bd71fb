import type { ModifyOutcome } from '../connectors/oms/write-back.ts';
import { Failure } from '../domain/failure.ts';
import { needsModification, withModification } from '../domain/order-write-back.ts';
import type { Order } from '../domain/order.ts';
import { toInstant } from '../platform/clock.ts';
import { deliveryWork } from '../queues/delivery-attempt.ts';
import { performEffect, withinDeadline } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../store/change-order.ts';
import { requireOrder } from '../store/orders.ts';
import type { WorkerDeps } from './deps.ts';
import { openOmsPort } from './open-oms-port.ts';
import { toOmsModification } from './to-oms-modification.ts';

type Context = JobContext<WorkerDeps>;

const referenceOf = (order: Order): string => toOmsModification(order).reference;

/** The OMS has to hear what was picked, and has not (all of) it. */
export const needsPicks = (order: Order): boolean => needsModification(order, referenceOf);

/** Between two looks at a change that the OMS is working on: the longer it takes, the longer … */
const changePollMs = { min: 1_000, max: 60_000 };
/** … and until it is an issue. */
const changeMaxMs = 2 * 3_600_000;

/** Asks, and follows what was asked to its end: only "nothing to change" is the proof that it was done. */
export async function tellPicks(order: Order, context: Context): Promise<Order | 'later'> {
  const { modification } = order.oms ?? {};
  if (modification?.state === 'asked' && modification.changeId !== undefined) {
    const { changeId } = modification;
    const change = await withinDeadline(context.signal, async (signal) => {
      const port = await openOmsPort(order, context, signal);
      const found = await port.readChange(order.externalId, changeId);
      return found.failing ? port.retryChange(order.externalId, changeId, 'tried again') : found;
    });
    if (change.state === 'running') return comeAgain(context, modification.askedAt, change.failing);
    if (change.state === 'canceled') {
      // By us, for an order that has been canceled meanwhile.
      const { order: latest } = await requireOrder(context.store, order.id);
      if (!needsPicks(latest)) return latest;
      await keepCalledOff(order.id, changeId, context);
      throw new Failure('rejected', 'oms.change_canceled', 'the OMS called off the change of the order', {
        detail: { changeId, because: change.canceledBecause },
      });
    }
  }
  const done = await performEffect<ModifyOutcome & { reference: string }>(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.modify',
    unless: (latest) => !needsPicks(latest),
    act: async ({ order: latest }, _unsure, signal) => {
      const wanted = toOmsModification(latest);
      const port = await openOmsPort(order, context, signal);
      return { ...(await port.modify(order.externalId, wanted)), reference: wanted.reference };
    },
    record: ({ order: latest }, outcome) => recordModification(latest, outcome, context),
  });
  if (done?.oms?.modification?.state === 'asked') return comeAgain(context, done.oms.modification.askedAt);
  return done ?? (await requireOrder(context.store, order.id)).order;
}

/** Often at first, and not for ever: somebody has to look at a change that does not end. */
async function comeAgain({ finish, store }: Context, askedAt: string, isFailing = false): Promise<'later'> {
  const ageMs = store.clock.now() - Date.parse(askedAt);
  if (ageMs > changeMaxMs) {
    throw new Failure(
      'rejected',
      'oms.change_unfinished',
      'the OMS has not come to an end with the change of the order',
      {
        detail: { askedAt },
      },
    );
  }
  const delayMs = isFailing
    ? changePollMs.max
    : Math.min(Math.max(Math.round(ageMs / 2), changePollMs.min), changePollMs.max);
  await finish({}, { how: 'retry', delayMs, counted: false });
  return 'later';
}

/** So that whoever tries again asks anew. */
const keepCalledOff = (orderId: string, changeId: string, { store, commit }: Context): Promise<Order> =>
  changeOrder(store, orderId, { commit, work: deliveryWork }, ({ order }) => {
    const { oms } = order;
    if (oms?.modification?.changeId !== changeId) return null;
    const at = toInstant(store.clock.now());
    return {
      order: { ...order, oms: { ...oms, modification: { ...oms.modification, state: 'canceled' } } },
      timeline: [{ at, what: 'oms.changeCalledOff', detail: { changeId } }],
    };
  });

function recordModification(
  order: Order,
  outcome: ModifyOutcome & { reference: string },
  { store }: Context,
): OrderChange {
  const at = toInstant(store.clock.now());
  const { reference } = outcome;
  const before = order.oms?.modification;
  const askedAt = before?.state === 'asked' ? before.askedAt : at;
  const changeId = outcome.asked ? outcome.changeId : order.oms?.modification?.changeId;
  const state = outcome.asked ? ({ state: 'asked' } as const) : ({ state: 'done', doneAt: at } as const);
  const what = outcome.asked ? 'oms.changeAsked' : 'oms.picksTold';
  return {
    ...withModification({ order, happenings: [] }, { reference, changeId, askedAt, ...state }),
    timeline: [{ at, what, detail: { changeId } }],
  };
}
