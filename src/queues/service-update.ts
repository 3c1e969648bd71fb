import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { Service } from '../domain/service.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** Bring the platform to where its service is: the newest state, and notes, evidences and labels. Level-triggered. */
export const serviceUpdate = defineJob({
  name: 'service-update',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    serviceId: IdSchema('service'),
  }),
  id: ({ serviceId }, cause) => `${serviceId}.${cause}`,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 20 },
});

/** For the commit that changes a service: whichever of these runs first tells all, and the others find nothing to tell. */
export const serviceUpdateWork = ({ id: serviceId, merchantId, connectionId, version }: Service): NewEntry =>
  makeEntry(
    serviceUpdate,
    { merchantId, connectionId, serviceId },
    { lane: merchantLane(merchantId), cause: String(version) },
  );
