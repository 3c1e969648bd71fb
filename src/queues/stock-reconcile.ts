import * as z from 'zod';
import { runKinds } from '../domain/bulk-run.ts';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import type { StockRef } from '../store/stock-reconciliations.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Compares the list of a partner with what it accepted last, page by page, and forgets what differs. Where it is, its report
 * says (store/stock-pages.ts): it goes back every so often, and on from there.
 */
export const stockReconcile = defineJob({
  name: 'stock-reconcile',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    connectionId: IdSchema('connection'),
    kind: z.enum(runKinds),
    stockReconciliationId: IdSchema('stockReconciliation'),
  }),
  id: ({ stockReconciliationId }) => stockReconciliationId,
  class: 'reads',
  // A page of a thousand rows is a megabyte or so. The deadline is far beyond the time after which it goes back.
  policy: { attempts: 60, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 300_000, concurrency: 2 },
});

/** The work of a comparison that begins. */
export const stockReconcileWork =
  ({ merchantId, connectionId, kind }: StockRef) =>
  (stockReconciliationId: string): NewEntry =>
    makeEntry(
      stockReconcile,
      { merchantId, connectionId, kind, stockReconciliationId },
      { lane: merchantLane(merchantId) },
    );
