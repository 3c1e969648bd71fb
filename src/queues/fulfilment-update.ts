import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { isDeliveryOwed } from '../domain/order-delivery.ts';
import type { Order } from '../domain/order.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Bring the fulfilment system to what it has to know of an order: its amended content, as long as nobody has begun to pick it,
 * or that it was delivered. Level-triggered.
 */
export const fulfilmentUpdate = defineJob({
  name: 'fulfilment-update',
  payload: z.object({ orderId: IdSchema('order') }),
  id: ({ orderId }, cause) => `${orderId}.${cause}`,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 20 },
});

/** The fulfilment system may have to be told that the order was delivered; nothing where it has not. */
export const deliveryWorkNow = (order: Order): NewEntry[] =>
  isDeliveryOwed(order)
    ? [makeEntry(fulfilmentUpdate, { orderId: order.id }, { lane: freeLane, cause: `delivered.${order.version}` })]
    : [];
