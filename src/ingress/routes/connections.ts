import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { callingOmsConnectors } from '../../connectors/oms/registry.ts';
import { connectionCheck } from '../../queues/connection-check.ts';
import { connectionWork } from '../../queues/connection-work.ts';
import { makeEntry } from '../../queues/define-job.ts';
import { sweep } from '../../queues/sweep.ts';
import { commit } from '../../store/commit.ts';
import {
  createConnection,
  deleteConnection,
  forgetRegistration,
  listConnections,
  openConnection,
  readConnection,
  updateConnection,
  type Connection,
} from '../../store/connections.ts';
import { newId, type StoreDeps } from '../../store/deps.ts';
import { freeLane } from '../../store/entries.ts';
import { created, noContent, ok } from '../answer.ts';
import type { IngressDeps } from '../deps.ts';
import { checkOwnOrders, checkRouting } from '../check-routing.ts';
import { asRecord, checkSettings } from '../connection-settings.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeInvalid, makeRefusal } from '../problem.ts';
import { ConnectionViewSchema, RoutingRuleSchema, toConnectionView } from '../views/connection-view.ts';
import { PageSchema } from '../views/page.ts';

const tag = 'Connections';
const params = z.strictObject({ connectionId: IdSchema('connection') });
const problems = ['connection.not_found'] as const;
const name = z.string().min(1).max(120);
const settings = z.record(z.string(), z.unknown());
const routing = z.array(RoutingRuleSchema).max(100);

export async function requireConnection(store: StoreDeps, merchantId: string, id: string): Promise<Connection> {
  return foundConnection(await readConnection(store, merchantId, id));
}

export function foundConnection(connection: Connection | null): Connection {
  if (connection === null) throw makeRefusal('connection.not_found', 'no such connection');
  return connection;
}

/**
 * Other settings may want another hook, which is looked for at once. Where they name another key, what was registered for
 * the earlier one is not ours to replace or to empty.
 */
async function checkRegistration(
  store: StoreDeps,
  { id, merchantId, connector }: Connection,
  { before, after }: { before: unknown; after: unknown },
): Promise<void> {
  const oms = callingOmsConnectors.get(connector);
  if (oms === undefined) return;
  const known = oms.settings.safeParse(before).data;
  const isSame = known !== undefined && oms.registrant(known) === oms.registrant(after);
  const payload = { merchantId, connectionId: id, once: true };
  const entry = makeEntry(connectionCheck, payload, { lane: freeLane, cause: newId('request', store.clock) });
  await commit(store, isSame ? { entries: [entry] } : { writes: forgetRegistration(store, id) });
}

/** What a connection that was made, changed or resumed gives rise to; orders that waited for a route are looked at again. */
export async function startConnectionWork(deps: IngressDeps, store: StoreDeps, connection: Connection): Promise<void> {
  const { kind, merchantId } = connection;
  const cause = newId('request', store.clock);
  const route = makeEntry(sweep, { kind: 'unrouted', merchantId }, { lane: freeLane, cause });
  const lasting = deps.callsSomebody(connection) ? connectionWork(connection) : [];
  await commit(store, { entries: kind === 'fulfilment' ? [route] : lasting });
}

const ConnectionInputSchema = z
  .strictObject({
    connector: z.string(),
    kind: z
      .enum(['oms', 'fulfilment', 'carrier', 'lastMile'])
      .optional()
      .meta({ description: 'Follows from the connector; refused where it contradicts it' }),
    name,
    settings,
    routing: routing.optional(),
  })
  .meta({ id: 'ConnectionInput' });

const postConnection = defineRoute({
  method: 'post',
  path: '/v1/connections',
  summary: 'Connect an account',
  tag,
  scope: 'operate',
  body: ConnectionInputSchema,
  answers: { 201: { description: 'Connected', schema: ConnectionViewSchema } },
  async handle({ deps, store, merchantId, body }) {
    const connector = deps.connectors.get(body.connector);
    if (connector === undefined) {
      throw makeInvalid([
        { code: 'field.value', detail: 'is no connector; see GET /v1/connectors', pointer: '/connector' },
      ]);
    }
    if (body.kind !== undefined && body.kind !== connector.kind) {
      throw makeInvalid([
        { code: 'field.value', detail: `this connector is of kind ${connector.kind}`, pointer: '/kind' },
      ]);
    }
    const rules = body.routing ?? [];
    await checkRouting(store, merchantId, connector, rules);
    const checked = await checkSettings(deps, connector, body.settings);
    await checkOwnOrders(deps, store, { merchantId, connector, settings: checked, routing: rules });
    const connection = await createConnection(store, merchantId, {
      connector: connector.id,
      kind: connector.kind,
      name: body.name,
      routing: rules,
      settings: checked,
    });
    await startConnectionWork(deps, store, connection);
    return created(`/v1/connections/${connection.id}`, toConnectionView(deps, store, connection));
  },
});

const getConnections = defineRoute({
  method: 'get',
  path: '/v1/connections',
  summary: 'List connections, in the order in which routing asks them',
  tag,
  scope: 'read',
  answers: { 200: { description: 'All of them', schema: PageSchema(ConnectionViewSchema) } },
  async handle({ deps, store, merchantId }) {
    const connections = await listConnections(store, merchantId);
    return ok({ data: connections.map((connection) => toConnectionView(deps, store, connection)), nextCursor: null });
  },
});

const getConnection = defineRoute({
  method: 'get',
  path: '/v1/connections/:connectionId',
  summary: 'Read a connection',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The connection', schema: ConnectionViewSchema } },
  problems,
  handle: async ({ deps, store, merchantId, params: { connectionId } }) =>
    ok(toConnectionView(deps, store, await requireConnection(store, merchantId, connectionId))),
});

const ConnectionPatchSchema = z
  .strictObject({
    name: name.optional(),
    settings: settings
      .optional()
      .meta({ description: 'Merged into what is set: what is left out stays, null removes' }),
    routing: routing.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'ConnectionPatch' });

const patchConnection = defineRoute({
  method: 'patch',
  path: '/v1/connections/:connectionId',
  summary: 'Change a connection',
  tag,
  scope: 'operate',
  params,
  body: ConnectionPatchSchema,
  answers: { 200: { description: 'As it is now', schema: ConnectionViewSchema } },
  problems,
  async handle({ deps, store, merchantId, params: { connectionId }, body }) {
    const connection = await requireConnection(store, merchantId, connectionId);
    const connector = deps.connectors.get(connection.connector);
    if (connector === undefined) throw makeRefusal('connection.unsupported', 'this connector is no longer there');
    if (body.routing !== undefined) await checkRouting(store, merchantId, connector, body.routing);
    const before = openConnection(store, connection).settings;
    const changed =
      body.settings === undefined ? undefined : await checkSettings(deps, connector, merge(before, body.settings));
    const draft = { id: connectionId, merchantId, connector, settings: changed ?? before };
    await checkOwnOrders(deps, store, { ...draft, routing: body.routing ?? connection.routing });
    const updated = foundConnection(
      await updateConnection(store, connection, {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.routing === undefined ? {} : { routing: body.routing }),
        ...(changed === undefined ? {} : { settings: changed }),
      }),
    );
    if (changed !== undefined) await checkRegistration(store, updated, { before, after: changed });
    await startConnectionWork(deps, store, updated);
    return ok(toConnectionView(deps, store, updated));
  },
});

const merge = (before: unknown, patch: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries({ ...asRecord(before), ...patch }).filter(([, value]) => value !== null));

const removeConnection = defineRoute({
  method: 'delete',
  path: '/v1/connections/:connectionId',
  summary: 'Disconnect an account',
  description: 'Its inbound URL stops working at once; work that still needs it becomes an issue.',
  tag,
  scope: 'operate',
  params,
  answers: { 204: { description: 'Disconnected' } },
  problems,
  async handle({ store, merchantId, params: { connectionId } }) {
    await deleteConnection(store, await requireConnection(store, merchantId, connectionId));
    return noContent;
  },
});

export const connectionRoutes: readonly Route[] = [
  postConnection,
  getConnections,
  getConnection,
  patchConnection,
  removeConnection,
];
