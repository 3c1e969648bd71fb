import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * What has to be looked at from time to time, each kind its own chain of entries:
 * `retention` deletes what is past its time; `quiet` reads orders that nothing was heard of; `catch-up` asks a connection
 * for hooks that did not reach us; `unrouted` tries again to route a merchant's waiting orders.
 */
export const sweep = defineJob({
  name: 'sweep',
  payload: z.union([
    z.object({ kind: z.enum(['retention', 'quiet']) }),
    z.object({ kind: z.literal('catch-up'), merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
    z.object({ kind: z.literal('unrouted'), merchantId: IdSchema('merchant') }),
  ]),
  id: (payload, cause) => [payload.kind, 'connectionId' in payload ? payload.connectionId : '', cause].join('.'),
  class: 'reads',
  // A sweep that fails is no loss: the next tick does the same work again.
  policy: { attempts: 3, backoffMs: 2_000, backoffMaxMs: 30_000, timeoutMs: 60_000, concurrency: 4 },
});

/** How often each kind comes round. */
export const sweepEveryMs = { retention: 60_000, quiet: 15_000, 'catch-up': 600_000 } as const;
/** A live order says something every few minutes; after this long we ask. */
export const quietAfterMs = 600_000;

/** The next tick of a chain. Its number is in its id, so that any number of processes make it once. */
export function nextSweep(kind: 'retention' | 'quiet', nowMs: number): NewEntry {
  const everyMs = sweepEveryMs[kind];
  const tick = Math.floor(nowMs / everyMs) + 1;
  return makeEntry(sweep, { kind }, { lane: freeLane, cause: String(tick), delayMs: tick * everyMs - nowMs });
}
