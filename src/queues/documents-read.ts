import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { OrderStatusSchema } from '../domain/order-status.ts';
import { defineJob } from './define-job.ts';

/**
 * Read what the fulfilment system shows beside the order: its worksheets and shipments, or one of its facilities. Whoever
 * wants something newer than what is kept pushes it with the time of the last try as its cause: however many want it, it is
 * read once.
 */
export const documentsRead = defineJob({
  name: 'documents-read',
  payload: z.union([
    /** `status`: of the change that made them worth reading; once the order has gone on, that has a read of its own. */
    z.object({ orderId: IdSchema('order'), status: OrderStatusSchema.optional() }),
    z.object({ merchantId: IdSchema('merchant'), facilityId: IdSchema('facility') }),
  ]),
  id: (payload, cause) => `${'orderId' in payload ? payload.orderId : payload.facilityId}.${cause}`,
  class: 'reads',
  // A partner that is away is no failure of the job: what was read before is shown. Attempts are for our own store.
  policy: { attempts: 5, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 20 },
});
