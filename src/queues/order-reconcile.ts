import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Has every open order of a merchant read where it comes from and where it is fulfilled, a batch of orders in each run. What
 * the reads find different, they repair, and count in the reconciliation's report.
 */
export const orderReconcile = defineJob({
  name: 'order-reconcile',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    reconciliationId: IdSchema('reconciliation'),
    /** How many of the orders that were open when it began have been asked for. */
    offset: z.int().min(0),
  }),
  id: ({ reconciliationId, offset }) => `${reconciliationId}.${offset}`,
  class: 'reads',
  policy: { attempts: 50, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 2 },
});

/** The first batch of a merchant's reconciliation. */
export const reconcileWork =
  (merchantId: string) =>
  (reconciliationId: string): NewEntry =>
    makeEntry(orderReconcile, { merchantId, reconciliationId, offset: 0 }, { lane: freeLane });
