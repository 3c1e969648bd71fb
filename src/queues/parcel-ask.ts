import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Ask a carrier about some parcels, in one call where it takes several. They are due again later whatever becomes of it. */
export const parcelAsk = defineJob({
  name: 'parcel-ask',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    /** `carrier/number` of each. */
    members: z.array(z.string()).min(1).max(200),
    /** The one call that tries whether a carrier answers again. */
    probe: z.boolean().optional(),
    /** Somebody has just named the parcel: what is kept back of a day's calls is for this. */
    urgent: z.boolean().optional(),
  }),
  id: ({ connectionId }, cause) => `${connectionId}.${cause}`,
  class: 'reads',
  policy: { attempts: 3, backoffMs: 2_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 40 },
});
