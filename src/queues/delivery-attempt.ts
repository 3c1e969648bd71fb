import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { endpointLane } from '../store/endpoints.ts';
import type { Delivery } from '../store/events.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * One attempt to bring one event to one endpoint. The ladder of its attempts is its own (delivery/schedule.ts). The
 * payload says whose turn comes next even when the delivery itself is past its retention.
 */
export const deliveryAttempt = defineJob({
  name: 'delivery-attempt',
  payload: z.object({
    deliveryId: IdSchema('delivery'),
    merchantId: IdSchema('merchant'),
    endpointId: IdSchema('endpoint'),
    /** Null for deliveries that wait for no other: tests and replays. */
    orderId: IdSchema('order').nullable(),
  }),
  id: ({ deliveryId }, cause) => (cause === '' ? deliveryId : `${deliveryId}.${cause}`),
  class: 'orders',
  // Only our own faults are counted here; what the subscriber answers never uses these attempts up.
  policy: { attempts: 50, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 30_000, concurrency: 100 },
});

/** The work that a delivery is. `ordered`: it is, or will be, the head of its order's sequence at this endpoint. */
export const deliveryWork = (delivery: Delivery, ordered = true) =>
  makeEntry(
    deliveryAttempt,
    {
      deliveryId: delivery.id,
      merchantId: delivery.merchantId,
      endpointId: delivery.endpointId,
      orderId: ordered ? delivery.orderId : null,
    },
    { lane: endpointLane(delivery.endpointId) },
  );
