import { row, type ProblemRow } from './problem-row.ts';

/** Of BullMQ's queues: how work is handed to workers. */
export const queueProblemCodes = {
  'queue.not_found': row(
    'rejected',
    404,
    'No such queue',
    'See the console’s page Queues; with several shards the name begins with `shard-0.`, `shard-1.`, …',
  ),
  'queue.job_not_found': row(
    'rejected',
    404,
    'No such job',
    'It is done, or so many failed after it that BullMQ let go of it. The work itself is not lost: see its order or run.',
  ),
  'queue.job_not_failed': row(
    'rejected',
    409,
    'The job has not failed',
    'It waits or runs; somebody may have handed it over again already.',
  ),
} as const satisfies Record<string, ProblemRow>;
