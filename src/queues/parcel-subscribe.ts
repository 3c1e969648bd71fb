import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Ask a carrier to tell of parcels by itself: of all for which that is wished, as many in a call as it takes. */
export const parcelSubscribe = defineJob({
  name: 'parcel-subscribe',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }, cause) => `${connectionId}.${cause}`,
  class: 'reads',
  policy: { attempts: 5, backoffMs: 5_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 5 },
});

/** So long the wishes of a connection gather, that many go out in one call. */
export const gatherMs = 5_000;
