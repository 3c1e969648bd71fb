import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { endpointLane } from '../store/endpoints.ts';
import type { Delivery } from '../store/events.ts';
import { defineJob, makeEntry } from './define-job.ts';

const PayloadSchema = z.object({
  deliveryId: IdSchema('delivery'),
  merchantId: IdSchema('merchant'),
  endpointId: IdSchema('endpoint'),
  /** Null for deliveries that wait for no other: tests, and what is sent again by itself. */
  orderId: IdSchema('order').nullable(),
  /** Whose line of the order it stands in; absent: in that of what happens now. */
  replayId: IdSchema('replay').optional(),
});

/**
 * One attempt to bring one event to one endpoint. The ladder of its attempts is its own (delivery/schedule.ts). The
 * payload says whose turn comes next even when the delivery itself is past its retention.
 */
export const deliveryAttempt = defineJob({
  name: 'delivery-attempt',
  payload: PayloadSchema,
  id: ({ deliveryId }, cause) => (cause === '' ? deliveryId : `${deliveryId}.${cause}`),
  class: 'orders',
  // Only our own faults are counted here; what the subscriber answers never uses these attempts up.
  policy: { attempts: 50, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 30_000, concurrency: 100 },
});

/** The work that a delivery is. `ordered`: it is, or will be, the head of its order's sequence at this endpoint. */
export const deliveryWork = ({ id, merchantId, endpointId, orderId, replayId }: Delivery, ordered = true) =>
  deliveryEntry({
    deliveryId: id,
    merchantId,
    endpointId,
    orderId: ordered ? orderId : null,
    ...(replayId !== null && { replayId }),
  });

/** What is sent again waits behind what happens now. */
export const deliveryEntry = (payload: z.infer<typeof PayloadSchema>) =>
  makeEntry(deliveryAttempt, payload, {
    lane: endpointLane(payload.endpointId),
    class: payload.replayId === undefined ? deliveryAttempt.class : 'reads',
  });
