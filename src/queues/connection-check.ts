import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** See once a day that an OMS still sends us what it was asked for, and ask again where it does not. */
export const connectionCheck = defineJob({
  name: 'connection-check',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    /** Because its settings were changed, or somebody asked; does not come round. */
    once: z.boolean().optional(),
    reconciliationId: IdSchema('reconciliation').optional(),
  }),
  id: ({ connectionId }, cause) => (cause === '' ? connectionId : `${connectionId}.${cause}`),
  class: 'reads',
  policy: { attempts: 6, backoffMs: 5_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 10 },
});

export const checkEveryMs = 24 * 3_600_000;
