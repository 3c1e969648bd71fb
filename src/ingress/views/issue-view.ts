import * as z from 'zod';
import { failureKinds } from '../../domain/failure.ts';
import { fixOf, issueKindOf } from '../../domain/issue-catalogue.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { Issue } from '../../store/issues.ts';

export const IssueStatusSchema = z.enum(['open', 'resolved']);
const act = { at: InstantSchema, by: z.string().meta({ description: 'A key, a user, or the operator' }) };

const RetrySchema = z
  .strictObject({ ...act, revived: z.int(), done: z.int(), failedAgain: z.int(), pending: z.int() })
  .meta({ id: 'IssueLastRetry', description: 'What became of what was put back last' });
const FixSchema = z
  .strictObject({ method: z.enum(['PATCH', 'POST']), path: z.string(), hint: z.string() })
  .meta({ id: 'IssueFix', description: 'The call that ends it' });

export const IssueViewSchema = z
  .strictObject({
    id: IdSchema('issue'),
    status: IssueStatusSchema,
    target: z.string().meta({ description: 'The connection or endpoint, or `packline`' }),
    job: z.string(),
    code: z.string(),
    kind: z.enum(failureKinds),
    source: z.string().meta({ description: 'Who can do something about it' }),
    title: z.string(),
    means: z.string().meta({ description: 'What its code means' }),
    fix: FixSchema.nullable().meta({ description: 'Null: nothing to do but wait' }),
    count: z.int(),
    reopened: z.int().meta({ description: 'How often it was over and came back' }),
    retrying: z.boolean().meta({ description: 'What failed last comes again by itself' }),
    firstSeenAt: InstantSchema,
    lastSeenAt: InstantSchema,
    openedAt: InstantSchema,
    resolvedAt: InstantSchema.nullable(),
    lastDetail: z.record(z.string(), z.unknown()),
    orderIds: z.array(IdSchema('order')).meta({ description: 'The newest orders it touched' }),
    orderCount: z.int().meta({ description: 'About how many it touched in all' }),
    trend: z.array(z.int()).meta({ description: 'Failures in each of the last 24 hours, the present one last' }),
    waiting: z.int().meta({ description: 'How much work it holds back' }),
    acknowledged: z.strictObject(act).nullable(),
    assigned: z.strictObject({ ...act, to: z.string() }).nullable(),
    ignored: z.strictObject({ ...act, until: InstantSchema.nullable(), untilCount: z.int().nullable() }).nullable(),
    lastRetry: RetrySchema.nullable(),
  })
  .meta({ id: 'Issue' });
export type IssueView = z.infer<typeof IssueViewSchema>;

export const toIssueView = ({ merchantId: _, orderIds, trend, ...issue }: Issue): z.infer<typeof IssueViewSchema> => ({
  ...issue,
  means: issueKindOf(issue.code, issue.kind).means,
  fix: issue.status === 'open' ? fixOf({ ...issue, orderIds }) : null,
  orderIds: [...orderIds],
  trend: [...trend],
});
