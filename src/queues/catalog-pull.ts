import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Reads what is marked as changed in an OMS's catalogue, a batch at a time, and hands it on as a small run. There is one
 * entry for each connection as long as something is marked (store/pull-marks.ts); its calls take their slots one by one.
 */
export const catalogPull = defineJob({
  name: 'catalog-pull',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }) => connectionId,
  class: 'inventory',
  // An OMS that is down for an hour is waited for; a batch takes seconds at its limits.
  policy: { attempts: 60, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 180_000, concurrency: 4 },
});

/** What changes together is told within a moment. */
const gatherMs = 1_000;

/** The marks give its id the number of its turn. */
export const catalogPullWork = (merchantId: string, connectionId: string): NewEntry =>
  makeEntry(catalogPull, { merchantId, connectionId }, { lane: merchantLane(merchantId), delayMs: gatherMs });
