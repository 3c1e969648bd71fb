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
    /** `tick`: which turn this is; the next one follows it, whatever this host's clock says. */
    z.object({ kind: z.enum(['retention', 'quiet']), tick: z.int() }),
    z.object({ kind: z.literal('catch-up'), merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
    /** `startedMs`: orders that began to wait, or were asked again, later than this are not its business. */
    z.object({ kind: z.literal('unrouted'), merchantId: IdSchema('merchant'), startedMs: z.number().optional() }),
  ]),
  id: (payload, cause) => [payload.kind, subjectOf(payload), cause].filter((part) => part !== '').join('.'),
  class: 'reads',
  // Never buried: a chain that ends would end in silence.
  policy: { attempts: 1_000_000, backoffMs: 2_000, backoffMaxMs: 30_000, timeoutMs: 60_000, concurrency: 4 },
});

function subjectOf(payload: object): string {
  if ('connectionId' in payload) return String(payload.connectionId);
  return 'merchantId' in payload ? String(payload.merchantId) : '';
}

/** How often each kind comes round. */
export const sweepEveryMs = { retention: 60_000, quiet: 15_000, 'catch-up': 600_000 } as const;

/** The turn after `tick` of a chain. Its number is in its id, so that any number of processes make it once. */
export function nextSweep(kind: 'retention' | 'quiet', nowMs: number, tick = 0): NewEntry {
  const everyMs = sweepEveryMs[kind];
  const next = Math.max(tick, Math.floor(nowMs / everyMs)) + 1;
  const delayMs = Math.max(0, next * everyMs - nowMs);
  return makeEntry(sweep, { kind, tick: next }, { lane: freeLane, cause: String(next), delayMs });
}
