import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { pullReadWork } from '../../queues/pull-read.ts';
import { readConnection } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { beginFullPull, fullPullStatuses, readFullPull, type FullPull } from '../../store/full-pulls.ts';
import { countMarks } from '../../store/pull-marks.ts';
import { accepted, ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';
import { requireConnection } from './connections.ts';

const tag = 'Products and inventory';
const params = z.strictObject({ connectionId: IdSchema('connection') });
const path = '/v1/connections/:connectionId/pulls';

const FullPullSchema = z
  .strictObject({
    id: IdSchema('pull'),
    cause: z.enum(['schedule', 'request']),
    status: z.enum(fullPullStatuses).meta({
      description:
        'reading: into the two runs. handing: all is read, and stock follows when the products are there. done: the runs say what becomes of the rows. failed: the issues say why; it goes on when they are retried. canceled: nothing of it is sent',
    }),
    startedAt: InstantSchema,
    endedAt: InstantSchema.nullable(),
    skus: z.int().meta({ description: 'Read so far' }),
    productsRunId: IdSchema('run'),
    inventoryRunId: IdSchema('run'),
    failure: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
  })
  .meta({ id: 'FullPull' });

const PullsSchema = z
  .strictObject({
    enabled: z.boolean().meta({ description: 'By the connection’s settings' }),
    waitingSkus: z.int().meta({ description: 'Told to have changed, and not read yet' }),
    full: FullPullSchema.nullable().meta({ description: 'The latest complete read' }),
  })
  .meta({ id: 'Pulls' });

const toFullView = ({ page: _, offset: __, ...full }: FullPull): z.infer<typeof FullPullSchema> => full;

const targetOf = async (deps: IngressDeps, store: StoreDeps, merchantId: string, connectionId: string) => {
  const connection = await requireConnection(store, merchantId, connectionId);
  return deps.pullPolicyOf(store, connection)?.targetId ?? null;
};

const getPulls = defineRoute({
  method: 'get',
  path,
  summary: 'How far the pull of an OMS’s products and stock is',
  description: 'What becomes of the rows is told by their runs, whose `source` is `pull`.',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'As it is now', schema: PullsSchema } },
  problems: ['connection.not_found'],
  async handle({ deps, store, merchantId, params: { connectionId } }) {
    const target = await targetOf(deps, store, merchantId, connectionId);
    const full = await readFullPull(store, connectionId);
    const waitingSkus = await countMarks(store, connectionId);
    return ok({ enabled: target !== null, waitingSkus, full: full === null ? null : toFullView(full) });
  },
});

const postPull = defineRoute({
  method: 'post',
  path,
  summary: 'Read all products and stock of an OMS now',
  description:
    'Within the connection’s limits. What changes meanwhile is read and sent as always. Cancel one of its two runs, and nothing of it is sent.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Begun', schema: FullPullSchema } },
  problems: ['connection.not_found', 'pull.off', 'pull.running', 'run.no_catalog'],
  async handle({ deps, store, merchantId, params: { connectionId } }) {
    const targetId = await targetOf(deps, store, merchantId, connectionId);
    if (targetId === null) throw makeRefusal('pull.off', 'this connection is not asked to pull products and stock');
    const target = await readConnection(store, merchantId, targetId);
    if (target === null || !deps.takesCatalog(target)) {
      throw makeRefusal('run.no_catalog', 'nobody takes products and stock where the pull sends them');
    }
    const full = await beginFullPull(store, { merchantId, connectionId, targetId }, 'request', (pullId) =>
      pullReadWork(merchantId, connectionId, pullId),
    );
    if (full === null) throw makeRefusal('pull.running', 'one is under way: see GET on the same path');
    return accepted(toFullView(full));
  },
});

export const pullRoutes: readonly Route[] = [getPulls, postPull];
