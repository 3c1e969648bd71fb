import * as z from 'zod';
import { failureKinds } from '../../domain/failure.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { listIssueEntries, listIssues, readIssue, type Issue } from '../../store/issues.ts';
import { reviveEntries } from '../../store/revive.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema, offsetQuery } from '../views/page.ts';

const tag = 'Issues';
const params = z.strictObject({ issueId: IdSchema('issue') });
const problems = ['issue.not_found'] as const;
const StatusSchema = z.enum(['open', 'resolved']);

const IssueViewSchema = z
  .strictObject({
    id: IdSchema('issue'),
    status: StatusSchema,
    target: z.string().meta({ description: 'The connection or endpoint, or `packline`' }),
    job: z.string(),
    code: z.string(),
    kind: z.enum(failureKinds),
    source: z.string().meta({ description: 'Who can do something about it' }),
    title: z.string(),
    count: z.int(),
    firstSeenAt: InstantSchema,
    lastSeenAt: InstantSchema,
    lastDetail: z.record(z.string(), z.unknown()),
    orderIds: z.array(IdSchema('order')).meta({ description: 'The newest orders it touched' }),
  })
  .meta({ id: 'Issue' });

const toView = ({ merchantId: _, orderIds, ...rest }: Issue): z.infer<typeof IssueViewSchema> => ({
  ...rest,
  orderIds: [...orderIds],
});

async function requireIssue(store: StoreDeps, merchantId: string, id: string): Promise<Issue> {
  const issue = await readIssue(store, id);
  if (issue?.merchantId !== merchantId) throw makeRefusal('issue.not_found', 'no such issue');
  return issue;
}

const getIssues = defineRoute({
  method: 'get',
  path: '/v1/issues',
  summary: 'What needs attention, most recently seen first',
  tag,
  scope: 'read',
  query: z.strictObject({ ...offsetQuery, status: StatusSchema.optional() }),
  answers: { 200: { description: 'A page', schema: PageSchema(IssueViewSchema) } },
  async handle({ store, merchantId, query: { cursor, limit, status } }) {
    const { issues, nextOffset } = await listIssues(store, merchantId, { offset: Number(cursor ?? 0), limit, status });
    return ok({ data: issues.map(toView), nextCursor: nextOffset === null ? null : String(nextOffset) });
  },
});

const getIssue = defineRoute({
  method: 'get',
  path: '/v1/issues/:issueId',
  summary: 'Read an issue',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The issue', schema: IssueViewSchema } },
  problems,
  handle: async ({ store, merchantId, params: { issueId } }) =>
    ok(toView(await requireIssue(store, merchantId, issueId))),
});

const PlanSchema = z
  .strictObject({ id: IdSchema('issue'), waiting: z.int().meta({ description: 'How much work would be put back' }) })
  .meta({ id: 'IssueRetryPlan' });
const RetriedSchema = z.strictObject({ id: IdSchema('issue'), revived: z.int() }).meta({ id: 'IssueRetried' });

const retryIssue = defineRoute({
  method: 'post',
  path: '/v1/issues/:issueId/retry',
  summary: 'Try again what failed',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({ plan: z.boolean().default(false) }).meta({ id: 'IssueRetry' }),
  bodyOptional: true,
  answers: {
    200: { description: 'What would be tried (`plan`)', schema: PlanSchema },
    202: { description: 'Under way', schema: RetriedSchema },
  },
  problems,
  async handle({ store, merchantId, params: { issueId }, body: { plan } }) {
    await requireIssue(store, merchantId, issueId);
    const entries = await listIssueEntries(store, issueId);
    if (plan) return ok({ id: issueId, waiting: entries.length });
    return { status: 202, json: { id: issueId, revived: await reviveEntries(store, entries, issueId) } };
  },
});

export const issueRoutes: readonly Route[] = [getIssues, getIssue, retryIssue];
