import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/**
 * Learn what the fulfilment system knows: from a hook that lies in the inbox, or by reading the order there (because a
 * hook hinted at it, because nothing was heard for long, or because somebody asked).
 */
export const fulfilmentRead = defineJob({
  name: 'fulfilment-read',
  payload: z.union([
    z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection'), inboxId: IdSchema('inbox') }),
    /**
     * `again`: so many reads before this one may have been older than what was heard. `reconciliationId`: whose report what
     * it finds goes into.
     */
    z.object({
      orderId: IdSchema('order'),
      again: z.int().optional(),
      reconciliationId: IdSchema('reconciliation').optional(),
    }),
  ]),
  id: (payload, cause) => {
    const subject = 'inboxId' in payload ? payload.inboxId : payload.orderId;
    return cause === '' ? subject : `${subject}.${cause}`;
  },
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 50 },
});
