import * as z from 'zod';
import { runKinds } from '../domain/bulk-run.ts';
import { IdSchema } from '../domain/ids.ts';
import { pageIdOf } from '../store/listed-pages.ts';
import { defineJob } from './define-job.ts';

/**
 * Read a page of the products or the stock that a fulfilment system lists. Whoever wants something newer than what is kept
 * pushes it with the time of the last try as its cause: however many want it, it is read once.
 */
export const catalogRead = defineJob({
  name: 'catalog-read',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    kind: z.enum(runKinds),
    query: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  id: (page, cause) => `${page.connectionId}.${pageIdOf(page)}.${cause}`,
  class: 'reads',
  // A partner that is away is no failure of the job: what was read before is shown. Attempts are for our own store.
  policy: { attempts: 5, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 10 },
});
