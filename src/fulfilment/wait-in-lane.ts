import type { JobContext } from '../queues/run-worker.ts';
import type { CommitPlan } from '../store/commit.ts';

/**
 * Work that will call a partner waits in the lane of that partner's budget, where waiting holds no worker. Where it waited
 * in another one (nobody knew yet who would be called), it is sent there and runs again in its turn: answers false.
 */
export async function waitInLane(context: JobContext<unknown>, lane: string, plan: CommitPlan = {}): Promise<boolean> {
  if (lane === context.lane) return true;
  await context.finish(plan, { how: 'retry', delayMs: 0, counted: false, lane });
  return false;
}
