import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/**
 * See whether a system that takes its OMS's orders by itself has taken one that another system handles: food would be
 * picked twice.
 */
export const overlapCheck = defineJob({
  name: 'overlap-check',
  payload: z.object({
    orderId: IdSchema('order'),
    connectionId: IdSchema('connection'),
    /** Which look this is: the other system may be slow. */
    look: z.int().min(0),
  }),
  id: ({ orderId, connectionId, look }, cause) => [orderId, connectionId, look, cause].join('.'),
  class: 'reads',
  policy: { attempts: 6, backoffMs: 5_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 20 },
});

/** How long before each look. */
export const overlapLooksMs = [30_000, 300_000, 1_800_000] as const;
