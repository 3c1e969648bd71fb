import { Failure } from '../domain/failure.ts';
import { isBeingCanceled } from '../domain/order.ts';
import { isTerminal } from '../domain/order-status.ts';
import { deliveryWork } from '../queues/delivery-attempt.ts';
import { fulfilmentSubmit } from '../queues/fulfilment-submit.ts';
import { withinDeadline } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { changeOrder } from '../store/change-order.ts';
import { requireOrder } from '../store/orders.ts';
import type { OpenFulfilment, WorkerDeps } from './deps.ts';
import { recordSnapshot } from './record-snapshot.ts';

/** Imports take moments, and the order's first hook ends the wait at once: the first look is for where none comes. */
const lookMinMs = 800;
const lookMaxMs = 60_000;

/**
 * For a system that takes its OMS's orders by itself: "submitted" means that it has appeared there.
 * @throws Failure `rejected` `fulfilment.not_imported` when it has not for as long as it may take
 */
export async function awaitAppearance(
  orderId: string,
  { connector, settings, record, laneOf }: OpenFulfilment,
  context: JobContext<WorkerDeps>,
): Promise<void> {
  const { store, deps, signal, finish } = context;
  const { order } = await requireOrder(store, orderId);
  const { fulfilment } = order;
  if (fulfilment === undefined || fulfilment.dispatchedAt !== undefined) return;
  if (isTerminal(order.status) || isBeingCanceled(order)) return;
  const waitedMs = store.clock.now() - Date.parse(fulfilment.routedAt ?? order.createdAt);
  const lookAgain = () =>
    finish(
      {},
      { how: 'retry', delayMs: Math.min(lookMaxMs, Math.max(lookMinMs, waitedMs)), counted: false, lane: laneOf() },
    );
  if (waitedMs < lookMinMs) {
    await lookAgain();
    return;
  }
  const snapshot = await withinDeadline(signal, async (within) => {
    const { connection } = await deps.openFulfilment(store, order.merchantId, record.id, within);
    return connection.find({ ...fulfilment, lines: order.content.lines });
  });
  if (snapshot === null) {
    if (waitedMs >= (connector.appearsWithinMs?.(settings) ?? 0)) throw notImported(connector.title, record.id);
    await lookAgain();
    return;
  }
  await changeOrder(store, orderId, { commit: finish, work: deliveryWork }, (stored) =>
    recordSnapshot(context, stored, snapshot, {
      what: 'order.appeared',
      told: stored.order.contentVersion,
      done: [fulfilmentSubmit.name],
    }),
  );
}

const notImported = (title: string, connectionId: string): Failure =>
  new Failure(
    'rejected',
    'fulfilment.not_imported',
    `${title} has not taken the order: see whether its store filters exclude it, or import it there by hand and retry`,
    { detail: { connectionId } },
  );
