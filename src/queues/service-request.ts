import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { Service } from '../domain/service.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** Bring the carrier to what the platform wants of it: to carry this service, or no more. Level-triggered. */
export const serviceRequest = defineJob({
  name: 'service-request',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    /** Who is called: the carrier, or the platform's own where no carrier is. */
    connectionId: IdSchema('connection'),
    serviceId: IdSchema('service'),
  }),
  id: ({ serviceId }, cause) => `${serviceId}.${cause}`,
  // Somebody waits for the answer, and not for long.
  class: 'urgent',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 30_000, concurrency: 50 },
});

export type ServiceWish = 'book' | 'cancel';

/** `wish` tells the two apart; each is one piece of work for the life of a service. */
export const serviceRequestWork = (
  service: Pick<Service, 'id' | 'merchantId' | 'connectionId' | 'carrierConnectionId'>,
  wish: ServiceWish,
  cause = '',
): NewEntry =>
  makeEntry(
    serviceRequest,
    {
      merchantId: service.merchantId,
      connectionId: service.carrierConnectionId ?? service.connectionId,
      serviceId: service.id,
    },
    { lane: merchantLane(service.merchantId), cause: `${wish}${cause}` },
  );
