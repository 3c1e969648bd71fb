import type { BullQueue } from './bull-queues.ts';

/**
 * Puts a job that BullMQ set aside as failed back into its queue. It is references only: what of them is no work any more (done,
 * or begun again by the sweep) is left away by whoever takes it.
 */
export async function handOverAgain(queue: BullQueue, jobId: string): Promise<'done' | 'missing' | 'notFailed'> {
  const job = await queue.getJob(jobId);
  if (job === undefined) return 'missing';
  if (!(await job.isFailed())) return 'notFailed';
  try {
    await job.retry('failed');
    return 'done';
  } catch (error) {
    // Somebody else was first.
    if (await job.isFailed()) throw error;
    return 'notFailed';
  }
}
