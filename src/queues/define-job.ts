import type * as z from 'zod';
import type { NewEntry, WorkClass } from '../store/commit.ts';

export interface JobPolicy {
  /** How many counted failures until the work is buried and becomes an issue. */
  attempts: number;
  /** First wait; doubles with each failure, with full jitter. */
  backoffMs: number;
  backoffMaxMs: number;
  /** The handler's signal aborts after this. */
  timeoutMs: number;
  /** Handlers at once in one worker process. */
  concurrency: number;
}

/** A kind of work, declared once here and handled once in `workers/<name>.ts`. */
export interface Job<P extends Record<string, unknown> = Record<string, unknown>> {
  readonly name: string;
  /** Checked when the work is pushed and again when it is taken: yesterday's deploy wrote today's job. */
  readonly payload: z.ZodType<P>;
  /** What makes two pushes the same work; `cause` tells apart what is not in the payload (a version, a message). */
  readonly id: (payload: P, cause: string) => string;
  readonly class: WorkClass;
  readonly policy: JobPolicy;
}

export const defineJob = <P extends Record<string, unknown>>(job: Job<P>): Job<P> => job;

/** Work of this kind, ready to be part of a commit. Throws where the payload is not what the job declares. */
export function makeEntry<P extends Record<string, unknown>>(
  job: Job<P>,
  payload: P,
  options: { lane: string; cause?: string; delayMs?: number; class?: WorkClass },
): NewEntry {
  const parsed = job.payload.parse(payload);
  return {
    // BullMQ refuses ':' in job ids, and ids that are only digits; ours are words joined by dots.
    id: [job.name, job.id(parsed, options.cause ?? '')].join('.').replace(/[^\w.-]/g, '_'),
    job: job.name,
    lane: options.lane,
    class: options.class ?? job.class,
    payload: parsed,
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
  };
}
