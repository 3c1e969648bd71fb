import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { IdSchema } from '../../domain/ids.ts';
import { stockReconciliationModes } from '../../domain/stock-reconciliation.ts';
import { InstantSchema } from '../../domain/time.ts';
import { stockReconcileWork } from '../../queues/stock-reconcile.ts';
import {
  beginStockReconciliation,
  findRunning,
  listStockReconciliations,
  readLastStart,
  readStockReconciliation,
  type StockReconciliation,
} from '../../store/stock-reconciliations.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema, pageQuery } from '../views/page.ts';
import { requireConnection } from './connections.ts';

const tag = 'Reconciliations';
const path = '/v1/connections/:connectionId/stock-reconciliations';
const params = z.strictObject({ connectionId: IdSchema('connection') });

const StockReconciliationSchema = z
  .strictObject({
    id: IdSchema('stockReconciliation'),
    connectionId: IdSchema('connection'),
    kind: z.enum(runKinds),
    mode: z.enum(stockReconciliationModes),
    cause: z.enum(['schedule', 'request']),
    status: z.enum(['running', 'done', 'failed']).meta({ description: 'failed: `failure` and an issue say why' }),
    startedAt: InstantSchema,
    endedAt: InstantSchema.nullable(),
    failure: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
    total: z.int().meta({ description: 'Rows in the partner’s list, by its count' }),
    listed: z.int().meta({ description: 'Of these, looked at' }),
    compared: z.int().meta({ description: 'Of these, accepted from here once; of these:' }),
    same: z.int(),
    different: z.int().meta({ description: 'Forgotten: they are sent when they come next' }),
    underWay: z.int().meta({ description: 'Different while an upload was at work: nobody can tell' }),
    foreign: z.int().meta({ description: 'Listed, and never sent from here (or forgotten)' }),
    missing: z
      .int()
      .nullable()
      .meta({ description: 'Accepted and not in the list; null: it was not all looked at, or moved meanwhile' }),
    forgotten: z.int().meta({ description: 'Rows that are sent when they come next, those that differ among them' }),
    requests: z.int().meta({ description: 'What it has used of the partner’s limit' }),
    examples: z
      .array(z.record(z.string(), z.string()))
      .meta({ description: 'The names of rows that differ, the first 20' }),
  })
  .meta({ id: 'StockReconciliation' });

const toView = ({ merchantId: _, ...rest }: StockReconciliation): z.infer<typeof StockReconciliationSchema> => ({
  ...rest,
  examples: rest.examples.map((one) => ({ ...one })),
});

const post = defineRoute({
  method: 'post',
  path,
  summary: 'Compare what a partner lists with what it accepted',
  description:
    'A sample of its pages, or all of them, within the partner’s limit and behind all other work. Rows that are not as they were accepted are forgotten, so that they are sent when they come next.',
  tag,
  scope: 'operate',
  params,
  body: z
    .strictObject({
      kind: z.enum(runKinds).default('inventory'),
      mode: z.enum(stockReconciliationModes).default('full'),
    })
    .meta({ id: 'StockReconciliationInput' }),
  bodyOptional: true,
  answers: { 202: { description: 'Begun', schema: StockReconciliationSchema } },
  problems: ['connection.not_found', 'run.no_catalog', 'reconciliation.running'],
  async handle({ deps, store, merchantId, params: { connectionId }, body: { kind, mode } }) {
    const connection = await requireConnection(store, merchantId, connectionId);
    if (!deps.takesCatalog(connection)) throw makeRefusal('run.no_catalog', 'nobody puts products and stock there');
    const ref = { merchantId, connectionId, kind };
    const guard = await readLastStart(store, ref);
    const running = await findRunning(store, ref);
    const id =
      running === undefined
        ? await beginStockReconciliation(store, ref, { mode, cause: 'request', guard, work: stockReconcileWork(ref) })
        : null;
    const begun = id === null ? null : await readStockReconciliation(store, id);
    if (begun === null) throw makeRefusal('reconciliation.running', 'one is under way: read it');
    return {
      status: 202,
      json: toView(begun),
      headers: { Location: `/v1/connections/${connectionId}/stock-reconciliations/${begun.id}` },
    };
  },
});

const list = defineRoute({
  method: 'get',
  path,
  summary: 'List comparisons with what a partner lists, newest first',
  tag,
  scope: 'read',
  params,
  query: z.strictObject(pageQuery('stockReconciliation')),
  answers: { 200: { description: 'A page', schema: PageSchema(StockReconciliationSchema) } },
  problems: ['connection.not_found'],
  async handle({ store, merchantId, params: { connectionId }, query }) {
    await requireConnection(store, merchantId, connectionId);
    const { data, nextCursor } = await listStockReconciliations(store, connectionId, query);
    return ok({ data: data.map(toView), nextCursor });
  },
});

const get = defineRoute({
  method: 'get',
  path: `${path}/:stockReconciliationId`,
  summary: 'Read a comparison with what a partner lists',
  tag,
  scope: 'read',
  params: params.extend({ stockReconciliationId: IdSchema('stockReconciliation') }),
  answers: { 200: { description: 'As far as it is', schema: StockReconciliationSchema } },
  problems: ['connection.not_found', 'reconciliation.not_found'],
  async handle({ store, merchantId, params: { connectionId, stockReconciliationId } }) {
    await requireConnection(store, merchantId, connectionId);
    const found = await readStockReconciliation(store, stockReconciliationId);
    if (found?.merchantId !== merchantId || found.connectionId !== connectionId) {
      throw makeRefusal('reconciliation.not_found', 'no such reconciliation');
    }
    return ok(toView(found));
  },
});

export const stockReconciliationRoutes: readonly Route[] = [post, list, get];
