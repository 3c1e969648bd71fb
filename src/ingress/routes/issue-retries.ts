import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { heldOutcomes, readHeldWork, type HeldWork } from '../../store/held-work.ts';
import { listIssueEntries, listIssues, type Issue } from '../../store/issues.ts';
import { reviveEntries } from '../../store/revive.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { PageSchema, offsetQuery } from '../views/page.ts';
import { issueFilter, requireIssue } from './issues.ts';

const tag = 'Issues';
const params = z.strictObject({ issueId: IdSchema('issue') });
const problems = ['issue.not_found'] as const;
const ordersShownMax = 100;
/** Read at a time, of an issue that may hold back a great deal. */
const chunkSize = 500;
/** More than a merchant can have. */
const issuesMax = 2_000;

const planned = {
  waiting: z.int().meta({ description: 'How much work would be tried' }),
  orderCount: z.int().meta({ description: 'Of how many orders' }),
  orderIds: z.array(IdSchema('order')).meta({ description: `Which; the first ${ordersShownMax}` }),
};
const PlanSchema = z.strictObject({ id: IdSchema('issue'), ...planned }).meta({ id: 'IssueRetryPlan' });
const RetriedSchema = z.strictObject({ id: IdSchema('issue'), revived: z.int() }).meta({ id: 'IssueRetried' });

/** The work of an issue: what waits for somebody to retry it, and what comes again by itself and need not wait. */
export async function readHeld(store: StoreDeps, issueId: string): Promise<HeldWork[]> {
  const ids = await listIssueEntries(store, issueId);
  const held: HeldWork[] = [];
  for (let from = 0; from < ids.length; from += chunkSize) {
    held.push(...(await readHeldWork(store, ids.slice(from, from + chunkSize))));
  }
  return held;
}

function planOf(held: readonly HeldWork[]) {
  const orderIds = [...new Set(held.flatMap(({ orderId }) => orderId ?? []))].toSorted();
  return { waiting: held.length, orderCount: orderIds.length, orderIds: orderIds.slice(0, ordersShownMax) };
}

const retry = async (store: StoreDeps, issueId: string, by: string): Promise<number> =>
  reviveEntries(store, (await readHeld(store, issueId)).map(({ id }) => id), issueId, by); // prettier-ignore

const retryIssue = defineRoute({
  method: 'post',
  path: '/v1/issues/:issueId/retry',
  summary: 'Try again what failed',
  description:
    'What is set aside has all its attempts again, and what waits for its next try has it now. `lastRetry` of the issue says how it goes, its entries what failed again.',
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
  async handle({ store, merchantId, caller, params: { issueId }, body: { plan } }) {
    await requireIssue(store, merchantId, issueId);
    if (plan) return ok({ id: issueId, ...planOf(await readHeld(store, issueId)) });
    return { status: 202, json: { id: issueId, revived: await retry(store, issueId, caller?.keyId ?? '') } };
  },
});

const PlannedSchema = z
  .strictObject({ ...planned, issues: z.array(PlanSchema).meta({ description: 'Each of them' }) })
  .meta({ id: 'IssuesRetryPlan' });
const AllRetriedSchema = z
  .strictObject({ revived: z.int(), issues: z.array(RetriedSchema) })
  .meta({ id: 'IssuesRetried' });

const retryIssues = defineRoute({
  method: 'post',
  path: '/v1/issues/retry',
  summary: 'Try again what failed under several issues',
  description: 'All that are open and fit the filter; ignored ones only where the filter names their code or target.',
  tag,
  scope: 'operate',
  body: z
    .strictObject({ plan: z.boolean().default(false), filter: z.strictObject(issueFilter).default({}) })
    .meta({ id: 'IssuesRetry' }),
  bodyOptional: true,
  answers: {
    200: { description: 'What would be tried (`plan`)', schema: PlannedSchema },
    202: { description: 'Under way', schema: AllRetriedSchema },
  },
  async handle({ store, merchantId, caller, body: { plan, filter } }) {
    const isNamed = filter.code !== undefined || filter.target !== undefined;
    const wanted = { ...filter, status: 'open', ...(isNamed ? {} : { ignored: false }) } as const;
    const { issues } = await listIssues(store, merchantId, { offset: 0, limit: issuesMax, ...wanted });
    const holding = issues.filter(({ waiting }) => waiting > 0);
    return plan ? ok(await planAll(store, holding)) : { status: 202, json: await retryAll(store, holding, caller?.keyId ?? '') }; // prettier-ignore
  },
});

async function planAll(store: StoreDeps, issues: readonly Issue[]): Promise<z.infer<typeof PlannedSchema>> {
  const all: HeldWork[] = [];
  const plans: z.infer<typeof PlanSchema>[] = [];
  for (const { id } of issues) {
    const held = await readHeld(store, id);
    all.push(...held);
    if (held.length > 0) plans.push({ id, ...planOf(held) });
  }
  return { ...planOf(all), issues: plans };
}

async function retryAll(
  store: StoreDeps,
  issues: readonly Issue[],
  by: string,
): Promise<z.infer<typeof AllRetriedSchema>> {
  const retried: z.infer<typeof RetriedSchema>[] = [];
  for (const { id } of issues) {
    const revived = await retry(store, id, by);
    if (revived > 0) retried.push({ id, revived });
  }
  return { revived: retried.reduce((sum, { revived }) => sum + revived, 0), issues: retried };
}

const HeldWorkSchema = z
  .strictObject({
    id: z.string(),
    job: z.string(),
    orderId: IdSchema('order').nullable(),
    state: z.enum(['setAside', 'retrying']).meta({ description: 'Waits for a retry, or comes again by itself' }),
    tries: z.int(),
    reason: z.string().nullable().meta({ description: 'Code of the failure that set it aside' }),
    failedAt: InstantSchema.nullable(),
    outcome: z.enum(heldOutcomes).meta({ description: 'Of its last retry; what was done is not listed any more' }),
  })
  .meta({ id: 'IssueEntry' });

const getEntries = defineRoute({
  method: 'get',
  path: '/v1/issues/:issueId/entries',
  summary: 'The work that an issue holds back, and what failed again',
  tag,
  scope: 'read',
  params,
  query: z.strictObject({ ...offsetQuery, outcome: z.enum(heldOutcomes).optional() }),
  answers: { 200: { description: 'A page', schema: PageSchema(HeldWorkSchema) } },
  problems,
  async handle({ store, merchantId, params: { issueId }, query: { cursor, limit, outcome } }) {
    await requireIssue(store, merchantId, issueId);
    const ids = (await listIssueEntries(store, issueId)).toSorted();
    const found: HeldWork[] = [];
    let offset = Number(cursor ?? 0);
    while (found.length < limit && offset < ids.length) {
      const some = ids.slice(offset, offset + limit - found.length);
      offset += some.length;
      const held = await readHeldWork(store, some);
      found.push(...held.filter((work) => outcome === undefined || work.outcome === outcome));
    }
    return ok({ data: found, nextCursor: offset < ids.length ? String(offset) : null });
  },
});

export const issueRetryRoutes: readonly Route[] = [retryIssues, retryIssue, getEntries];
