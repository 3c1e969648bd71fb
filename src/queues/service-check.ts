import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { Service } from '../domain/service.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** By now the carrier should have said that it has the service: one that has not becomes an issue. */
export const serviceCheck = defineJob({
  name: 'service-check',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    serviceId: IdSchema('service'),
  }),
  id: ({ serviceId }) => serviceId,
  class: 'reads',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 10_000, concurrency: 10 },
});

/** Pushed again when the carrier is heard of, which ends the issue that it may have become. */
export const serviceCheckWork = (
  { id: serviceId, merchantId, connectionId }: Pick<Service, 'id' | 'merchantId' | 'connectionId'>,
  delayMs = 0,
): NewEntry => makeEntry(serviceCheck, { merchantId, connectionId, serviceId }, { lane: freeLane, delayMs });
