import { Failure } from '../src/domain/failure.ts';
import type { Parcel } from '../src/domain/parcel.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { tellOrder } from '../src/fulfilment/tell-parcel.ts';
import { tellService } from '../src/fulfilment/tell-service.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { parcelTell } from '../src/queues/parcel-tell.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import type { CommitPlan } from '../src/store/commit.ts';
import { listSubscribers } from '../src/store/endpoints.ts';
import { announceWrites } from '../src/store/events.ts';
import { parcelWrites, readParcel } from '../src/store/parcels.ts';

type Context = JobContext<WorkerDeps>;

const racesMax = 25;

/** Ends with a commit that holds only if the parcel is still as it was told: what came meanwhile is told, too. */
export default defineWorker<WorkerDeps, { merchantId: string; carrier: string; number: string }>(
  parcelTell,
  async (name, context) => {
    for (let race = 0; race < racesMax; race += 1) {
      const followed = await readParcel(context.store, name);
      if (followed?.parcel.owedSince === undefined) return;
      const { owedSince: _, ...parcel } = followed.parcel;
      for (const orderId of parcel.orderIds) await tellOrder(context, orderId, followed).catch(ignoreMissing);
      await tellService(context.store, parcel);
      const isAlone = parcel.orderIds.length === 0;
      const created = isAlone ? ({ created: true } as const) : {};
      const told = { ...parcel, told: { ...parcel.told, status: parcel.status, ...created } };
      const announced = isAlone ? await announce(followed.parcel, context) : {};
      const { guards, writes } = parcelWrites(context.store, followed, { parcel: told, history: followed.history });
      const outcome = await context.finish({ ...announced, guards, writes: [...writes, ...(announced.writes ?? [])] });
      if (outcome !== 'conflict') return;
    }
    throw new Failure('transient', 'store.contended', 'this parcel changes too often');
  },
);

/** An order that was deleted hears of nothing. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Failure) || error.code !== 'order.not_found') throw error;
}

/** Of a parcel that goes with no order, the merchant's endpoints hear all the same. */
async function announce(parcel: Parcel, { store }: Context): Promise<Pick<CommitPlan, 'writes' | 'entries'>> {
  const { merchantId, carrier, number: trackingNumber, status, delayed, expectedOn, statusAt } = parcel;
  const endpoints = await listSubscribers(store, merchantId);
  const facts = { orderId: null, externalId: null, version: null, carrier, trackingNumber };
  const happenings = [
    ...(parcel.told.created === true ? [] : [{ type: 'shipment.created', data: { ...facts, status } } as const]),
    { type: 'tracking.updated', data: { ...facts, status, delayed, expectedOn } },
    ...(parcel.told.status === status
      ? []
      : [{ type: 'shipment.status_changed', data: { ...facts, oldStatus: parcel.told.status, newStatus: status, statusAt } } as const]), // prettier-ignore
  ] as const;
  const plans = happenings.map((happening) => announceWrites(store, merchantId, happening, endpoints, deliveryWork));
  return { writes: plans.flatMap(({ writes }) => writes), entries: plans.flatMap(({ entries }) => entries) };
}
