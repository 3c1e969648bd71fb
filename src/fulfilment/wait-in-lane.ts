import type { JobContext } from '../queues/run-worker.ts';
import type { CommitPlan } from '../store/commit.ts';
import type { WorkerDeps } from './deps.ts';

/**
 * Work that will call a partner waits in the lane of that partner's budget, where waiting holds no worker. Where it waited
 * in another one (nobody knew yet who would be called), it is sent there and runs again in its turn: answers false.
 */
export async function waitInLane(
  context: JobContext<WorkerDeps>,
  merchantId: string,
  connectionId: string,
  plan: CommitPlan = {},
): Promise<boolean> {
  const { lane } = await context.deps.openFulfilment(context.store, merchantId, connectionId, context.signal);
  if (lane === context.lane) return true;
  await context.finish(plan, { how: 'retry', delayMs: 0, counted: false, lane });
  return false;
}
