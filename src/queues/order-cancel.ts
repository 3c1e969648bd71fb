import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Stop an order wherever it is, or find out that it is too late. */
export const orderCancel = defineJob({
  name: 'order-cancel',
  payload: z.object({ orderId: IdSchema('order') }),
  id: ({ orderId }, cause) => `${orderId}.${cause}`,
  class: 'urgent',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 20 },
});
