import type { Order } from '../domain/order.ts';
import type { JobContext } from '../queues/run-worker.ts';
import type { CommitOutcome, CommitPlan } from '../store/commit.ts';
import type { OrderChange } from '../store/change-order.ts';
import { readWrites } from '../store/reconciliations.ts';

/**
 * The end of a read of a partner that a reconciliation may have asked for: what the read changed goes into its report with the
 * very commit that changes it.
 */
export function reportRead(
  { store, finish }: Pick<JobContext<unknown>, 'store' | 'finish'>,
  { reconciliationId, system }: { reconciliationId: string | undefined; system: string },
) {
  let found: { before: Order; after: Order; system: string } | undefined;
  return {
    /** To be asked with each change that is tried: the last one is what is committed. */
    seen: (before: Order, change: OrderChange): OrderChange => {
      found = { before, after: change?.order ?? before, system };
      return change;
    },
    finish: (plan: CommitPlan): Promise<CommitOutcome> =>
      finish({ ...plan, writes: [...(plan.writes ?? []), ...readWrites(store, reconciliationId, found)] }),
  };
}
