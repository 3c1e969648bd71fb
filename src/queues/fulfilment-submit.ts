import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Bring a new order to the fulfilment system that its route names, and have it dispatched there. */
export const fulfilmentSubmit = defineJob({
  name: 'fulfilment-submit',
  payload: z.object({ orderId: IdSchema('order') }),
  id: ({ orderId }, cause) => (cause === '' ? orderId : `${orderId}.${cause}`),
  class: 'orders',
  policy: {
    attempts: 12, // with the waits below about 35 minutes: longer than a partner's deploy, shorter than a delivery window
    backoffMs: 1_000,
    backoffMaxMs: 300_000,
    timeoutMs: 60_000,
    concurrency: 50,
  },
});
