import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** Reads an OMS's whole catalogue into the spool of two runs, page by page, from where it was left (store/full-pulls.ts). */
export const pullRead = defineJob({
  name: 'pull-read',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    pullId: IdSchema('pull'),
  }),
  id: ({ pullId }) => pullId,
  class: 'reads',
  // Waits out an OMS that is down for an hour; gives its place back every minute.
  policy: { attempts: 60, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 180_000, concurrency: 2 },
});

export const pullReadWork = (merchantId: string, connectionId: string, pullId: string): NewEntry =>
  makeEntry(pullRead, { merchantId, connectionId, pullId }, { lane: merchantLane(merchantId) });
