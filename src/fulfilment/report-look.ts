import { findRepairs, type Repair } from '../domain/reconciliation.ts';
import type { Order } from '../domain/order.ts';
import type { JobContext } from '../queues/run-worker.ts';
import type { CommitOutcome, CommitPlan } from '../store/commit.ts';
import type { OrderChange } from '../store/change-order.ts';
import { countRequests, lookWrites } from '../store/reconciliations.ts';

type Context = Pick<JobContext<unknown>, 'store' | 'finish'>;

/** Whose report it goes into, if anybody's, and at which partner. */
export interface Look {
  reconciliationId: string | undefined;
  connectionId: string;
  system: string;
}

/**
 * The end of a look at a partner that a reconciliation may have asked for: what it found amiss goes into its report with the
 * very commit that mends it.
 */
export function reportLook({ store, finish }: Context, { reconciliationId, system }: Omit<Look, 'connectionId'>) {
  let repairs: readonly Repair[] = [];
  let orderId: string | null = null;
  return {
    /** To be asked with each change that is tried: the last one is what is committed. `more`: what the change does not show. */
    seen: (before: Order, change: OrderChange, more: readonly Repair[] = []): OrderChange => {
      orderId = before.id;
      repairs = [...findRepairs(before, change?.order ?? before), ...more];
      return change;
    },
    found: (what: readonly Repair[], about: string | null): void => {
      repairs = what;
      orderId = about;
    },
    finish: (plan: CommitPlan, ending?: Parameters<Context['finish']>[1]): Promise<CommitOutcome> => {
      const writes = lookWrites(store, reconciliationId, { repairs, orderId, system });
      return finish({ ...plan, writes: [...(plan.writes ?? []), ...writes] }, ending);
    },
  };
}

/** Counts the requests of a look, whatever becomes of it. */
export async function countCalls<T>(
  { store }: Context,
  { reconciliationId, ...at }: Look,
  act: (onCall: () => void) => Promise<T>,
): Promise<T> {
  let calls = 0;
  try {
    return await act(() => {
      calls += 1;
    });
  } finally {
    if (reconciliationId !== undefined) await countRequests(store, reconciliationId, at, calls);
  }
}
