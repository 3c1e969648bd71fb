import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** See which parcels a connection is to be asked about by now, and send them out. Comes round while the connection is there. */
export const parcelPoll = defineJob({
  name: 'parcel-poll',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }) => connectionId,
  class: 'reads',
  // Never buried: a chain that ends would end in silence.
  policy: { attempts: 1_000_000, backoffMs: 2_000, backoffMaxMs: 30_000, timeoutMs: 30_000, concurrency: 20 },
});
