import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/** Bring the OMS to where its order is: handling begun, canceled, the newest milestone in its log. Level-triggered. */
export const omsUpdate = defineJob({
  name: 'oms-update',
  payload: z.object({
    orderId: IdSchema('order'),
    /** By now whoever begins handling has done it: an order that is being picked without is told of. */
    check: z.boolean().optional(),
  }),
  id: ({ orderId }, cause) => `${orderId}.${cause}`,
  class: 'orders',
  policy: { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 50 },
});

/** The OMS has to be told something of this order; nothing where it came from none. */
export const omsWorkNow = ({ id: orderId, oms, version }: Order): NewEntry[] =>
  oms === undefined ? [] : [makeEntry(omsUpdate, { orderId }, { lane: oms.lane ?? freeLane, cause: String(version) })];
