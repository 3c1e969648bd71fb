import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** The order has a parcel: it becomes known, goes with the order, and its carrier is asked about it. */
export const parcelFollow = defineJob({
  name: 'parcel-follow',
  payload: z.object({ orderId: IdSchema('order') }),
  id: ({ orderId }, cause) => `${orderId}.${cause}`,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 30_000, concurrency: 20 },
});

/** Nothing where it is not said whose number it is, or that was known before. */
export function followWork(before: Order, { id: orderId, merchantId, tracking, version }: Order): NewEntry[] {
  const { carrier, trackingNumber } = tracking ?? {};
  if (carrier === undefined || trackingNumber === undefined) return [];
  if (carrier === before.tracking?.carrier && trackingNumber === before.tracking.trackingNumber) return [];
  return [makeEntry(parcelFollow, { orderId }, { lane: merchantLane(merchantId), cause: String(version) })];
}
