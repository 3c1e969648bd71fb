import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Bring the fulfilment system to the amended content of an order, as long as nobody has begun to pick it. */
export const fulfilmentUpdate = defineJob({
  name: 'fulfilment-update',
  payload: z.object({ orderId: IdSchema('order') }),
  id: ({ orderId }, cause) => `${orderId}.${cause}`,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 20 },
});
