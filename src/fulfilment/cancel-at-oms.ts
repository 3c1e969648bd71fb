import type { OmsChange } from '../connectors/oms/write-back.ts';
import type { OmsCancelOutcome } from '../connectors/oms/port.ts';
import { needsOmsCancel, sealCancel } from '../domain/order-cancel.ts';
import { Failure } from '../domain/failure.ts';
import { raiseProblem } from '../domain/order-change.ts';
import { cancelRefusedProblem } from '../domain/order-oms.ts';
import { withModification } from '../domain/order-write-back.ts';
import type { Order } from '../domain/order.ts';
import { toInstant } from '../platform/clock.ts';
import { performEffect } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import type { OrderChange } from '../store/change-order.ts';
import type { OpenOms, WorkerDeps } from './deps.ts';

type Context = JobContext<WorkerDeps>;

/** Between two looks at a change that is being called off, and how many there are before its order is canceled all the same. */
const callOffPollMs = 5_000;
const callOffTries = 12;

/**
 * Cancels an order in its OMS, once. A change of it that is under way there is called off first: it would be carried out on
 * an order that is gone, or keep it from going. `later`: the work has been given back, and goes on in a while.
 */
export async function cancelAtOms(order: Order, oms: OpenOms, context: Context): Promise<'done' | 'later'> {
  if (!(await callOffChange(order, context)) && context.tries < callOffTries) {
    await context.finish({}, { how: 'retry', delayMs: callOffPollMs, counted: true });
    return 'later';
  }
  await performEffect<OmsCancelOutcome>(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.cancel',
    unless: (latest) => !needsOmsCancel(latest),
    act: async (stored, _unsure, signal) => {
      const { connection } = await context.deps.openOms(context.store, order.merchantId, order.source, signal);
      if (connection.cancel === undefined) return { canceled: true };
      return connection.cancel(order.externalId, stored.order.cancellation?.reason ?? 'canceled by the merchant');
    },
    record: ({ order: latest }, outcome) => recordCancel(latest, outcome, oms, context),
  });
  return 'done';
}

const runningChange = ({ oms }: Order): string | undefined =>
  oms?.modification?.state === 'asked' ? oms.modification.changeId : undefined;

/** False while it goes on all the same. */
async function callOffChange(order: Order, context: Context): Promise<boolean> {
  let isOver = true;
  await performEffect<OmsChange | null>(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.callOff',
    unless: (latest) => !needsOmsCancel(latest) || runningChange(latest) === undefined,
    act: async ({ order: latest }, _unsure, signal) => {
      const { connection } = await context.deps.openOms(context.store, order.merchantId, order.source, signal);
      const changeId = runningChange(latest);
      if (changeId === undefined || connection.writeBack === undefined) return null;
      return connection.writeBack
        .cancelChange(order.externalId, changeId, 'the order is canceled')
        .catch((error: unknown) => {
          // Cannot be called off: what becomes of it with its order is the OMS's to decide.
          if (error instanceof Failure && error.kind === 'rejected') return null;
          throw error;
        });
    },
    record: ({ order: latest }, change) => {
      isOver = change?.state !== 'running';
      const { modification } = latest.oms ?? {};
      if (change === null || modification === undefined || !isOver) return null;
      const at = toInstant(context.store.clock.now());
      const state =
        change.state === 'done' ? ({ state: 'done', doneAt: at } as const) : ({ state: 'canceled' } as const);
      return {
        ...withModification({ order: latest, happenings: [] }, { ...modification, ...state }),
        timeline: [{ at, what: 'oms.changeCalledOff', detail: { changeId: change.changeId, state: change.state } }],
      };
    },
  });
  return isOver;
}

function recordCancel(
  order: Order,
  outcome: OmsCancelOutcome,
  { connector }: OpenOms,
  { store, deps }: Context,
): OrderChange {
  const at = toInstant(store.clock.now());
  if (order.oms === undefined) return null;
  if (outcome.canceled) {
    const gone: Order = { ...order, oms: { ...order.oms, canceledAt: at } };
    return {
      ...sealCancel({ order: gone, happenings: [] }, deps.vocabularies, at),
      timeline: [{ at, what: 'oms.canceled' }],
    };
  }
  // Refused for good: asking again would change nothing, and the problem says who has to act.
  const told: Order = { ...order, oms: { ...order.oms, cancelRefusedAt: at } };
  const detail = `stopped in the store, but the OMS did not cancel it: ${outcome.detail}; cancel it or give the money back there`;
  const problem = { code: cancelRefusedProblem, detail, source: connector.id, raisedAt: at };
  return {
    ...raiseProblem({ order: told, happenings: [] }, problem),
    timeline: [{ at, what: 'oms.cancelRefused', detail: { code: outcome.code } }],
  };
}
