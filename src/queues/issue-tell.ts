import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

/** What of an issue is news. */
export const issueNews = ['opened', 'reopened', 'resolved'] as const;

/**
 * Tells whoever listens that an issue is open or over; pushed by the commit that made it so (store/issue-lua.ts), which counts
 * an issue's changes. Or, with no issue, of many together at the end of a minute.
 */
export const issueTell = defineJob({
  name: 'issue-tell',
  payload: z.union([
    z.object({ merchantId: IdSchema('merchant'), issueId: IdSchema('issue'), what: z.enum(issueNews) }),
    z.object({ merchantId: IdSchema('merchant'), minute: z.int() }),
  ]),
  id: (payload, cause) =>
    'issueId' in payload ? `${payload.issueId}.${cause}` : `digest.${payload.merchantId}.${payload.minute}`,
  class: 'orders',
  // Nothing is called: what fails is Redis, or a defect.
  policy: { attempts: 10, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 10_000, concurrency: 4 },
});
