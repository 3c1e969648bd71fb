import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { doneAbout, repairKinds } from '../../domain/reconciliation.ts';
import { InstantSchema } from '../../domain/time.ts';
import { reconcileWork } from '../../queues/order-reconcile.ts';
import type { StoreDeps } from '../../store/deps.ts';
import {
  beginReconciliation,
  listReconciliations,
  readReconciliation,
  type Reconciliation,
} from '../../store/reconciliations.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema, pageQuery } from '../views/page.ts';

const tag = 'Reconciliations';
const pathOf = (id: string): string => `/v1/reconciliations/${id}`;

const RepairSchema = z
  .strictObject({
    at: InstantSchema,
    orderId: IdSchema('order').nullable().meta({ description: 'Null for what is about no order: a hook' }),
    system: z.string().meta({ description: 'The connector that was asked' }),
    what: z.enum(repairKinds),
    from: z.string().nullable().meta({ description: 'What stood here' }),
    to: z.string().nullable().meta({ description: 'What the partner says' }),
    done: z.string().meta({ description: 'What was done about it' }),
  })
  .meta({ id: 'Repair' });

const ReconciliationSchema = z
  .strictObject({
    id: IdSchema('reconciliation'),
    cause: z.enum(['schedule', 'request']),
    status: z
      .enum(['running', 'done', 'incomplete'])
      .meta({ description: 'incomplete: looks failed, or had not come back after a day; the issues say why' }),
    startedAt: InstantSchema,
    orders: z.int().meta({ description: 'Open orders, and lately ended ones with something left to tell' }),
    reads: z.int().meta({ description: 'Looks at orders, at the OMS and at the fulfilment system, and at hooks; of these:' }), // prettier-ignore
    agreed: z.int(),
    repaired: z.int(),
    failed: z.int(),
    listed: z.int().meta({ description: 'Of agreed: seen in a list of the partner’s, a request for a hundred orders' }),
    found: z.partialRecord(z.enum(repairKinds), z.int()).meta({ description: 'How often each was found' }),
    requests: z
      .array(z.strictObject({ connectionId: IdSchema('connection'), system: z.string(), requests: z.int() }))
      .meta({ description: 'What it has used of each partner’s limits' }),
    unlisted: z
      .array(z.strictObject({ connectionId: IdSchema('connection'), code: z.string() }))
      .meta({ description: 'Whose list could not be read: orders that never came are not looked for there' }),
    repairs: z.array(RepairSchema).meta({ description: 'What was not as the partner had it, the first 1,000' }),
  })
  .meta({ id: 'Reconciliation' });

const toView = ({ merchantId: _, ...rest }: Reconciliation): z.infer<typeof ReconciliationSchema> => ({
  ...rest,
  found: { ...rest.found },
  requests: [...rest.requests],
  unlisted: [...rest.unlisted],
  repairs: rest.repairs.map((repair) => ({ ...repair, done: doneAbout[repair.what] })),
});

async function refuseWhileOneRuns(store: StoreDeps, merchantId: string): Promise<void> {
  const [newest] = (await listReconciliations(store, merchantId, { limit: 1 })).data;
  if (newest?.status !== 'running') return;
  throw makeRefusal('reconciliation.running', 'one is under way: read it, it compares the same orders', {
    detail: { reconciliationId: newest.id },
  });
}

const postReconciliation = defineRoute({
  method: 'post',
  path: '/v1/reconciliations',
  summary: 'Compare all open orders with the partners',
  description:
    'Every open order is read at the OMS that it came from and at the fulfilment system that has it, within the connections’ limits and behind all other work. What differs is repaired as if its webhook had come.',
  tag,
  scope: 'operate',
  answers: { 202: { description: 'Begun', schema: ReconciliationSchema } },
  problems: ['reconciliation.running'],
  async handle({ store, merchantId }) {
    await refuseWhileOneRuns(store, merchantId);
    const id = await beginReconciliation(store, {
      merchantId,
      cause: 'request',
      work: reconcileWork(merchantId),
    });
    const begun = id === null ? null : await readReconciliation(store, id);
    if (begun === null) throw makeRefusal('reconciliation.running', 'one has just begun');
    return { status: 202, json: toView(begun), headers: { Location: pathOf(begun.id) } };
  },
});

const getReconciliations = defineRoute({
  method: 'get',
  path: '/v1/reconciliations',
  summary: 'List reconciliations, newest first',
  tag,
  scope: 'read',
  query: z.strictObject(pageQuery('reconciliation')),
  answers: { 200: { description: 'A page', schema: PageSchema(ReconciliationSchema) } },
  async handle({ store, merchantId, query }) {
    const { data, nextCursor } = await listReconciliations(store, merchantId, query);
    return ok({ data: data.map(toView), nextCursor });
  },
});

const getReconciliation = defineRoute({
  method: 'get',
  path: '/v1/reconciliations/:reconciliationId',
  summary: 'Read a reconciliation',
  tag,
  scope: 'read',
  params: z.strictObject({ reconciliationId: IdSchema('reconciliation') }),
  answers: { 200: { description: 'As far as it is', schema: ReconciliationSchema } },
  problems: ['reconciliation.not_found'],
  async handle({ store, merchantId, params: { reconciliationId } }) {
    const found = await readReconciliation(store, reconciliationId);
    if (found?.merchantId !== merchantId) throw makeRefusal('reconciliation.not_found', 'no such reconciliation');
    return ok(toView(found));
  },
});

export const reconciliationRoutes: readonly Route[] = [postReconciliation, getReconciliations, getReconciliation];
