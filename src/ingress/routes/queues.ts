import * as z from 'zod';
import { findQueue } from '../../queues/bull-queues.ts';
import { handOverAgain } from '../../queues/hand-over-again.ts';
import { accepted } from '../answer.ts';
import { requireInstallation } from '../authenticate.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';

const named = {
  queue: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .meta({
      description: 'As the console’s page Queues names it: with several shards `shard-1.fulfilment-submit`',
      examples: ['fulfilment-submit'],
    }),
  jobId: z
    .string()
    .regex(/^[\w.-]{1,250}$/)
    .meta({ description: 'BullMQ’s id of the job', examples: ['42'] }),
};

const retryJob = defineGlobalRoute({
  method: 'post',
  path: '/v1/queues/:queue/jobs/:jobId/retry',
  summary: 'Hand over again a job that failed',
  description:
    'Of the whole installation: for its own key and for users of the console who may act; a merchant’s key is refused unless it is an admin’s. A job is how work is handed to a worker, and holds references only. It fails when the handing over does, which is rare and heals by itself: work that no worker began is handed over again within seconds. What failed at a partner is no failed job: that is tried again by its order, its issue or its delivery.',
  tag: 'Operations',
  scope: 'operate',
  params: z.strictObject(named),
  answers: { 202: { description: 'Handed over again', schema: z.strictObject(named).meta({ id: 'QueueJob' }) } },
  problems: ['auth.installation', 'queue.not_found', 'queue.job_not_found', 'queue.job_not_failed'],
  async handle({ deps, caller, params: { queue: name, jobId } }) {
    requireInstallation(caller);
    const queue = findQueue(deps.queues(), name);
    if (queue === undefined) throw makeRefusal('queue.not_found', 'no such queue');
    const outcome = await handOverAgain(queue, jobId);
    if (outcome === 'missing') throw makeRefusal('queue.job_not_found', 'no such job in this queue');
    if (outcome === 'notFailed') throw makeRefusal('queue.job_not_failed', 'only what failed is handed over again');
    return { ...accepted({ queue: name, jobId }), about: `${name}/${jobId}` };
  },
});

export const queueRoutes: readonly Route[] = [retryJob];
