import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** Empty an OMS's queue of events into the inbox. Comes round for as long as the connection wants it. */
export const feedPoll = defineJob({
  name: 'feed-poll',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }) => connectionId,
  class: 'reads',
  policy: { attempts: 6, backoffMs: 2_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 20 },
});
