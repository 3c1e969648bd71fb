import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { changeIssue } from '../../store/issue-acts.ts';
import { listIssues, readIssue, type Issue } from '../../store/issues.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeInvalid, makeRefusal } from '../problem.ts';
import { IssueStatusSchema, IssueViewSchema, toIssueView } from '../views/issue-view.ts';
import { PageSchema, offsetQuery } from '../views/page.ts';

const tag = 'Issues';
const params = z.strictObject({ issueId: IdSchema('issue') });
const problems = ['issue.not_found'] as const;
const nameMax = 100;

/** Of which issues: a list, or a retry of several. */
export const issueFilter = {
  target: z.string().max(nameMax).optional().meta({ description: 'A connection’s or endpoint’s id, or `packline`' }),
  source: z.string().max(nameMax).optional().meta({ description: 'Who can do something about it' }),
  code: z.string().max(nameMax).optional(),
  assigned: z.string().max(nameMax).optional().meta({ description: 'To whom; empty for nobody' }),
};
const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional();

export async function requireIssue(store: StoreDeps, merchantId: string, id: string): Promise<Issue> {
  const issue = await readIssue(store, id);
  if (issue?.merchantId !== merchantId) throw makeRefusal('issue.not_found', 'no such issue');
  return issue;
}

const getIssues = defineRoute({
  method: 'get',
  path: '/v1/issues',
  summary: 'What needs attention',
  description:
    'First what is open and nobody has seen to, then what is acknowledged, then what is ignored, then what is over; the most recently seen first.',
  tag,
  scope: 'read',
  query: z.strictObject({
    ...offsetQuery,
    status: IssueStatusSchema.optional(),
    ...issueFilter,
    acknowledged: flag,
    ignored: flag,
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(IssueViewSchema) } },
  async handle({ store, merchantId, query: { cursor, limit, ...filter } }) {
    const { issues, nextOffset } = await listIssues(store, merchantId, {
      offset: Number(cursor ?? 0),
      limit,
      ...filter,
    });
    return ok({ data: issues.map(toIssueView), nextCursor: nextOffset === null ? null : String(nextOffset) });
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
    ok(toIssueView(await requireIssue(store, merchantId, issueId))),
});

const IgnoreSchema = z
  .strictObject({
    until: InstantSchema.optional(),
    times: z.int().min(1).max(1_000_000).optional().meta({ description: 'Until it is seen once more after so many' }),
  })
  .refine(({ until, times }) => (until === undefined) !== (times === undefined), 'needs one of until and times')
  .meta({ id: 'IssueIgnore' });

const patchIssue = defineRoute({
  method: 'patch',
  path: '/v1/issues/:issueId',
  summary: 'Acknowledge, assign or ignore an issue',
  description:
    'Who said so and when is kept beside it. An acknowledgement ends when the issue comes back after it was over; one that is ignored is counted and not told of.',
  tag,
  scope: 'operate',
  params,
  body: z
    .strictObject({
      acknowledged: z.boolean().optional(),
      assignedTo: z.string().min(1).max(nameMax).nullable().optional().meta({ description: 'A name, or a user’s id' }),
      ignored: IgnoreSchema.nullable().optional(),
    })
    .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
    .meta({ id: 'IssuePatch' }),
  answers: { 200: { description: 'As it is now', schema: IssueViewSchema } },
  problems,
  async handle({ store, merchantId, caller, params: { issueId }, body: { acknowledged, assignedTo, ignored } }) {
    const issue = await requireIssue(store, merchantId, issueId);
    const untilMs = ignored?.until === undefined ? undefined : Date.parse(ignored.until);
    if (untilMs !== undefined && untilMs <= store.clock.now()) {
      throw makeInvalid([{ code: 'field.past', detail: 'is over already', pointer: '/ignored/until' }]);
    }
    const change = { acknowledged, assignedTo, ignored: ignored && { untilMs, times: ignored.times } };
    await changeIssue(store, issue, change, caller?.keyId ?? '');
    return ok(toIssueView(await requireIssue(store, merchantId, issueId)));
  },
});

export const issueRoutes: readonly Route[] = [getIssues, getIssue, patchIssue];
