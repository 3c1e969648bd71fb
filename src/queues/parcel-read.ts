import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Read what a carrier's webhook tells of parcels, and merge it. */
export const parcelRead = defineJob({
  name: 'parcel-read',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    inboxId: IdSchema('inbox'),
  }),
  id: ({ inboxId }) => inboxId,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 30_000, concurrency: 20 },
});
