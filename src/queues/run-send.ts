import * as z from 'zod';
import { runKinds } from '../domain/bulk-run.ts';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import type { LineRef } from '../store/run-line.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Brings the runs of one connection and kind to their end, one after the other (store/run-line.ts). Its calls take their
 * slots of the catalogue's budget one by one; the work itself waits beside the merchant's other work, and goes back there
 * every so often.
 */
export const runSend = defineJob({
  name: 'run-send',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    kind: z.enum(runKinds),
  }),
  id: ({ connectionId, kind }) => `${connectionId}.${kind}`,
  class: 'inventory',
  // Each holds some tens of megabytes of rows. A partner that is down for an hour is waited for; the deadline is far
  // beyond the time after which it goes back.
  policy: { attempts: 60, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 300_000, concurrency: 4 },
});

/** The entry of a line; the line gives its id the number of its turn. */
export const runSendWork = ({ merchantId, connectionId, kind }: LineRef): NewEntry =>
  makeEntry(
    runSend,
    { merchantId, connectionId, kind },
    { lane: merchantLane(merchantId), class: kind === 'products' ? 'catalog' : 'inventory' },
  );
