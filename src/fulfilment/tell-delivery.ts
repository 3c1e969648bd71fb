import { deliveredAt, needsDeliveryTold } from '../domain/order-delivery.ts';
import { withoutProblemsOf } from '../domain/order.ts';
import { toInstant } from '../platform/clock.ts';
import { fulfilmentUpdate } from '../queues/fulfilment-update.ts';
import { performEffect } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { openPerson } from '../store/persons.ts';
import type { WorkerDeps } from './deps.ts';

/**
 * Tells the fulfilment system that an order was delivered which it does not know to be. It tells the OMS; nobody else does
 * (write-back.ts). Refused as long as there is no invoice (VTEX: ORA0001B), and asked again.
 */
export async function tellDelivery(
  orderId: string,
  connectionId: string,
  context: JobContext<WorkerDeps>,
): Promise<void> {
  const { store, deps } = context;
  await performEffect<{ alreadyThere: boolean }>(context, {
    orderId,
    connectionId,
    name: 'order.deliver',
    unless: (order) => !needsDeliveryTold(order, deps.vocabularies),
    act: async (stored, _unsure, signal) => {
      const { order } = stored;
      const { connection } = await deps.openFulfilment(store, order.merchantId, connectionId, signal);
      if (connection.tellDelivered === undefined || order.fulfilment === undefined) return { alreadyThere: true };
      const events = openPerson(store, stored, 'current')?.trackingEvents ?? [];
      return connection.tellDelivered(order.fulfilment, { at: deliveredAt(order), events });
    },
    record: ({ order }, { alreadyThere }) => {
      const at = toInstant(store.clock.now());
      const { version = 0, toldVersion = 0, ...tracking } = order.tracking ?? {};
      return {
        order: {
          ...order,
          tracking: { ...tracking, version, toldVersion, toldDelivered: true },
          problems: withoutProblemsOf(order.problems, [fulfilmentUpdate.name]),
        },
        timeline: [{ at, what: 'fulfilment.deliveryTold', detail: { alreadyThere } }],
      };
    },
    commit: context.finish,
  });
}
