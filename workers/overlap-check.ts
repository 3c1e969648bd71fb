import { Failure } from '../src/domain/failure.ts';
import { raiseProblem, type Vocabularies } from '../src/domain/order-change.ts';
import { withoutProblem, withoutProblemsOf, type Order } from '../src/domain/order.ts';
import { isTerminal } from '../src/domain/order-status.ts';
import { resolveStatus } from '../src/domain/resolve-status.ts';
import type { FulfilmentSnapshot } from '../src/connectors/fulfilment/port.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { overlapCheck, overlapLooksMs } from '../src/queues/overlap-check.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker } from '../src/queues/run-worker.ts';
import { changeOrder, type OrderChange } from '../src/store/change-order.ts';
import type { NewEntry } from '../src/store/commit.ts';
import { requireOrder } from '../src/store/orders.ts';

interface Payload extends Record<string, unknown> {
  orderId: string;
  connectionId: string;
  look: number;
}

export default defineWorker<WorkerDeps, Payload>(overlapCheck, async (payload, context) => {
  const { orderId, connectionId } = payload;
  const { store, deps, signal, finish } = context;
  const { order } = await requireOrder(store, orderId);
  if (isTerminal(order.status) || order.fulfilment?.connectionId === connectionId) return;
  const other = await deps.openFulfilment(store, order.merchantId, connectionId, signal).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'connection.missing') return null;
    throw error;
  });
  if (other === null) return;
  const lane = other.laneOf();
  if (!(await waitInLane(context, lane))) return;
  const found = await withinDeadline(signal, async (within) => {
    const { connection } = await deps.openFulfilment(store, order.merchantId, connectionId, within, {
      class: context.class,
    });
    return connection.find({ externalRef: order.externalId });
  });
  const overlaps = found !== null && isHandled(found, deps.vocabularies);
  await changeOrder(store, orderId, { commit: finish, work: deliveryWork }, ({ order: latest }) => ({
    ...judge(latest, overlaps, other.connector.title, toInstant(store.clock.now())),
    entries: nextLook(payload, lane, overlaps),
  }));
});

const isHandled = ({ evidence }: FulfilmentSnapshot, vocabularies: Vocabularies): boolean => {
  const { status } = resolveStatus(evidence, vocabularies);
  return status !== 'IDLE' && !isTerminal(status);
};

const code = 'double_fulfilment';

function judge(order: Order, overlaps: boolean, title: string, raisedAt: string): NonNullable<OrderChange> {
  const problems = withoutProblemsOf(order.problems, [overlapCheck.name]);
  if (!overlaps) return { order: { ...order, problems: withoutProblem(problems, code) } };
  const handler = order.fulfilment?.connector ?? 'another system';
  const detail = `${title} has imported this order too, though ${handler} handles it: exclude it there by the store's filters`;
  return raiseProblem({ order: { ...order, problems }, happenings: [] }, { code, detail, source: 'you', raisedAt });
}

/** As long as both have it somebody may still put it right; that they have is told until then. */
function nextLook(payload: Payload, lane: string, overlaps: boolean): NewEntry[] {
  const look = payload.look + 1;
  const delayMs = overlapLooksMs[look] ?? (overlaps ? overlapLooksMs[2] : undefined);
  return delayMs === undefined ? [] : [makeEntry(overlapCheck, { ...payload, look }, { lane, delayMs })];
}
