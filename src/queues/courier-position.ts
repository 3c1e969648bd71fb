import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** Put where a connection's couriers are to their orders. One entry for all of them: however many tell, no order waits. */
export const courierPosition = defineJob({
  name: 'courier-position',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }) => connectionId,
  // Behind everything else.
  class: 'reads',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 30_000, concurrency: 2 },
});

/** Couriers tell every few seconds; nobody looks as often. */
const gatherMs = 1_000;

/** The positions give its id the number of its turn. */
export const courierPositionWork = (merchantId: string, connectionId: string): NewEntry =>
  makeEntry(courierPosition, { merchantId, connectionId }, { lane: merchantLane(merchantId), delayMs: gatherMs });
