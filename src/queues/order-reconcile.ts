import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

const ofReconciliation = { merchantId: IdSchema('merchant'), reconciliationId: IdSchema('reconciliation') };

/**
 * Has every open order of a merchant compared with where it comes from and where it is fulfilled: first by the partners' lists,
 * a page in each run, then by reads of what the lists do not show to be as it is here, a batch of orders in each run. What the
 * reads find different, they repair, and count in the reconciliation's report.
 */
export const orderReconcile = defineJob({
  name: 'order-reconcile',
  payload: z.union([
    z.object({
      ...ofReconciliation,
      /** Connections whose lists are not through; null: it begins. */
      lists: z.array(IdSchema('connection')).nullable(),
      /** Where the first one's list goes on. */
      cursor: z.string().nullable(),
      /** Pages of it so far. */
      pages: z.int().min(0),
    }),
    z.object({
      ...ofReconciliation,
      /** How many of the orders that were open when it began have been asked for. */
      offset: z.int().min(0),
    }),
  ]),
  id: (payload) => {
    const { reconciliationId: id } = payload;
    if ('offset' in payload) return `${id}.${payload.offset}`;
    return payload.lists === null ? id : `${id}.${payload.lists[0] ?? 'lists'}.${payload.pages}`;
  },
  class: 'reads',
  policy: { attempts: 50, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 2 },
});

/** The beginning of a merchant's reconciliation. */
export const reconcileWork =
  (merchantId: string) =>
  (reconciliationId: string): NewEntry =>
    makeEntry(
      orderReconcile,
      { merchantId, reconciliationId, lists: null, cursor: null, pages: 0 },
      { lane: freeLane },
    );
