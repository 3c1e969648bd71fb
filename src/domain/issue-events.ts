import * as z from 'zod';
import { IdSchema } from './ids.ts';
import { InstantSchema } from './time.ts';

const ofIssue = {
  issueId: IdSchema('issue'),
  code: z.string(),
  source: z.string().meta({ description: 'Who can do something about it' }),
  target: z.string(),
  title: z.string(),
  count: z.int(),
  orderCount: z.int(),
  openedAt: InstantSchema,
};

/** The `data` of what is told of issues: to whoever listens, and to people. */
export const issueEventData = {
  'issue.opened': z.strictObject({ ...ofIssue, reopened: z.int() }),
  'issue.resolved': z.strictObject({ ...ofIssue, resolvedAt: InstantSchema }),
  'issue.digest': z.strictObject({
    merchantId: IdSchema('merchant'),
    opened: z.int(),
    resolved: z.int(),
    issues: z
      .array(
        z.strictObject({
          issueId: IdSchema('issue'),
          status: z.enum(['open', 'resolved']),
          code: z.string(),
          title: z.string(),
        }),
      )
      .meta({ description: 'The first 20 of them' }),
  }),
} as const;
