import * as z from 'zod';
import { probeDelayMs } from '../domain/endpoint-health.ts';
import { IdSchema } from '../domain/ids.ts';
import { InstantSchema } from '../domain/time.ts';
import type { NewEntry } from '../store/commit.ts';
import type { StoredEndpoint } from '../store/endpoints.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** Ask an endpoint that was disabled because it took nothing, from time to time, whether it is there again. */
export const endpointProbe = defineJob({
  name: 'endpoint-probe',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    endpointId: IdSchema('endpoint'),
    /** When it was disabled: what happened to it since then ends the asking. */
    disabledAt: InstantSchema,
    /** Because its URL is another one now; does not come round. */
    once: z.boolean().optional(),
  }),
  id: ({ endpointId, disabledAt }, cause) => [endpointId, Date.parse(disabledAt), cause].filter(Boolean).join('.'),
  class: 'reads',
  // Never buried: only our own faults are counted, and nobody else would ask.
  policy: { attempts: 1_000_000, backoffMs: 5_000, backoffMaxMs: 300_000, timeoutMs: 30_000, concurrency: 10 },
});

/** What follows from an endpoint's being disabled as `failing`. */
export const probeWork = ({ id: endpointId, merchantId, disabledAt }: StoredEndpoint): NewEntry[] => {
  const delayMs = probeDelayMs(0, 0);
  if (disabledAt === null || delayMs === null) return [];
  return [makeEntry(endpointProbe, { merchantId, endpointId, disabledAt }, { lane: freeLane, delayMs })];
};

/** Its URL is another one now: it is asked at once, beside its turns. */
export const probeNow = ({ id: endpointId, merchantId, disabledAt, era }: Pick<StoredEndpoint, 'id' | 'merchantId' | 'disabledAt' | 'era'>): NewEntry[] =>
  disabledAt === null
    ? []
    : [makeEntry(endpointProbe, { merchantId, endpointId, disabledAt, once: true }, { lane: freeLane, cause: String(era) })]; // prettier-ignore
