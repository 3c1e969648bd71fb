import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Tell a fulfilment system how far the merchant's own fleet is with its deliveries: as many of those that it has to hear of as
 * one call takes, each as it stands by then. Whoever finds none has nothing to do.
 */
export const fleetUpdate = defineJob({
  name: 'fleet-update',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }, cause) => `${connectionId}.${cause}`,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 10 },
});

/** What moves together is told together. */
const gatherMs = 1_000;

export const fleetUpdateWork = (merchantId: string, connectionId: string, cause: string): NewEntry =>
  makeEntry(fleetUpdate, { merchantId, connectionId }, { lane: merchantLane(merchantId), cause, delayMs: gatherMs });
