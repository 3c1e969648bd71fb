import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { courierPosition } from '../src/queues/courier-position.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { positionTaken, positionWrites, takePositions, type ToldPosition } from '../src/store/courier-positions.ts';
import { findOrderByReference, readOrder } from '../src/store/orders.ts';

type Context = JobContext<WorkerDeps>;

/** Of one run; then whatever else there is has its turn. */
const batchMax = 200;
const pauseMs = 100;

/** Each position is put to its order and taken out in one commit; one that was told again meanwhile waits for the next turn. */
export default defineWorker<WorkerDeps, { merchantId: string; connectionId: string }>(
  courierPosition,
  async ({ connectionId }, context) => {
    const { store, finish } = context;
    const { told, version } = await takePositions(store, connectionId, batchMax);
    // One after the other: two may be of one order.
    for (const one of told) await put(connectionId, one, context);
    if (told.length > 0) {
      await finish({}, { how: 'again', delayMs: pauseMs });
      return;
    }
    const guards = [{ key: store.keys.positionsState(connectionId), field: 'version', expected: version }];
    if ((await finish({ guards })) === 'conflict') await finish({}, { how: 'again', delayMs: pauseMs });
  },
);

async function put(connectionId: string, told: ToldPosition, { store, commit }: Context): Promise<void> {
  const orderId = await findOrderByReference(store, connectionId, told.position.externalRef);
  const stored = orderId === null ? null : await readOrder(store, orderId);
  const kept = stored === null ? null : await positionWrites(store, stored, told.position);
  const taken = positionTaken(store, connectionId, told);
  await commit({
    guards: [...taken.guards, ...(kept?.guards ?? [])],
    writes: [...taken.writes, ...(kept?.writes ?? [])],
  });
}
