import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { runKinds } from '../../domain/bulk-run.ts';
import { runSources, runStatuses, type Run } from '../../domain/run.ts';
import { runSendWork } from '../../queues/run-send.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { cancelRun, confirmRetire, wakeLine } from '../../store/run-line.ts';
import { listRuns, readRun, requireRun } from '../../store/runs.ts';
import { accepted, ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema, pageQuery } from '../views/page.ts';
import { RunViewSchema, toRunView } from '../views/run-view.ts';

export const tag = 'Products and inventory';
export const params = z.strictObject({ runId: IdSchema('run') });

/** Throws `run.not_found`. */
export async function requireOwnRun(store: StoreDeps, merchantId: string, runId: string): Promise<Run> {
  const run = await readRun(store, runId);
  if (run?.merchantId !== merchantId) throw makeRefusal('run.not_found', 'no such run');
  return run;
}

const getRuns = defineRoute({
  method: 'get',
  path: '/v1/runs',
  summary: 'List runs, newest first',
  tag,
  scope: 'read',
  query: z.strictObject({
    ...pageQuery('run'),
    kind: z.enum(runKinds).optional(),
    source: z.enum(runSources).optional(),
    status: z.enum(runStatuses).optional(),
    connectionId: IdSchema('connection').optional(),
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(RunViewSchema) } },
  async handle({ store, merchantId, query: { cursor, limit, ...wanted } }) {
    const keep = (run: Run): boolean =>
      (wanted.kind === undefined || run.kind === wanted.kind) &&
      (wanted.source === undefined || run.source === wanted.source) &&
      (wanted.status === undefined || run.status === wanted.status) &&
      (wanted.connectionId === undefined || run.connectionId === wanted.connectionId);
    const { runs, nextCursor } = await listRuns(store, merchantId, { cursor, limit, keep });
    return ok({ data: runs.map(toRunView), nextCursor });
  },
});

const getRun = defineRoute({
  method: 'get',
  path: '/v1/runs/:runId',
  summary: 'Read a run',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'As far as it is', schema: RunViewSchema } },
  problems: ['run.not_found'],
  handle: async ({ store, merchantId, params: { runId } }) =>
    ok(toRunView(await requireOwnRun(store, merchantId, runId))),
});

const cancel = defineRoute({
  method: 'post',
  path: '/v1/runs/:runId/cancel',
  summary: 'Cancel a run',
  description:
    'What is under way is brought to its end and nothing more is sent; rows that the partner has stay there. Takes a moment: the run is `canceled` then.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Asked for', schema: RunViewSchema } },
  problems: ['run.not_found', 'run.state'],
  async handle({ store, merchantId, params: { runId } }) {
    const run = await requireOwnRun(store, merchantId, runId);
    if (!(await cancelRun(store, run, runId, runSendWork(run)))) {
      throw makeRefusal('run.state', `the run is ${run.status}: there is nothing to cancel`);
    }
    return accepted(toRunView(await requireRun(store, runId)));
  },
});

const resume = defineRoute({
  method: 'post',
  path: '/v1/runs/:runId/resume',
  summary: 'Resume a run that failed',
  description: 'It goes on where it was: rows that have their verdict keep it.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Its turn comes', schema: RunViewSchema } },
  problems: ['run.not_found', 'run.state'],
  async handle({ store, merchantId, params: { runId } }) {
    const run = await requireOwnRun(store, merchantId, runId);
    // One that has ended as failed has lost its rows, and its place.
    if (run.status !== 'failed' || run.endedAt !== null) {
      throw makeRefusal('run.state', `the run is ${run.status}: there is nothing to resume`);
    }
    await wakeLine(store, run, runSendWork(run));
    return accepted(toRunView(await requireRun(store, runId)));
  },
});

const confirm = defineRoute({
  method: 'post',
  path: '/v1/runs/:runId/confirm-retire',
  summary: 'Confirm what a full snapshot holds',
  description:
    'It looks at what the partner has once more, and retires what it has not: no more rows than it was held for (`retire.wouldRetire`), and none that a newer run has.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Its turn comes', schema: RunViewSchema } },
  problems: ['run.not_found', 'run.state', 'run.rows_gone'],
  async handle({ store, merchantId, params: { runId } }) {
    const run = await requireOwnRun(store, merchantId, runId);
    const reply = await confirmRetire(store, run, run, runSendWork(run));
    if (reply === 'gone') throw makeRefusal('run.rows_gone', 'the rows of this run are not kept any more');
    if (reply === 'state') throw makeRefusal('run.state', `the run is ${run.status}, and holds nothing to confirm`);
    return accepted(toRunView(await requireRun(store, runId)));
  },
});

export const runRoutes: readonly Route[] = [getRuns, getRun, cancel, resume, confirm];
