import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { readCircuit, type Circuit } from '../../store/circuits.ts';
import { listConnections, readHealth, type Connection } from '../../store/connections.ts';
import { readDailyCalls } from '../../store/daily-calls.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { PageSchema } from '../views/page.ts';

const CarrierSchema = z
  .strictObject({
    connectionId: IdSchema('connection'),
    connector: z.string(),
    name: z.string(),
    paused: z.boolean(),
    circuit: z.strictObject({
      state: z.enum(['closed', 'open', 'halfOpen']).meta({
        description: 'open: it failed so often that it is left alone; halfOpen: one call tries whether it is back',
      }),
      until: InstantSchema.nullable(),
    }),
    quota: z
      .strictObject({
        calls: z.int().meta({ description: 'A day' }),
        left: z.int().meta({ description: 'For what nobody waits for; a part is kept for people who ask' }),
        resetsAt: InstantSchema,
      })
      .nullable()
      .meta({ description: 'Null where it counts no days' }),
    lastSuccessAt: InstantSchema.nullable(),
    lastFailureAt: InstantSchema.nullable(),
    lastFailureCode: z.string().nullable(),
  })
  .meta({ id: 'Carrier' });
export const CarriersSchema = PageSchema(CarrierSchema);

const toCircuit = (circuit: Circuit) => ({
  state: circuit.state,
  until: circuit.state === 'open' ? toInstant(circuit.untilMs) : null,
});

async function toView(
  deps: IngressDeps,
  store: StoreDeps,
  connection: Connection,
): Promise<z.infer<typeof CarrierSchema>> {
  const limit = deps.dailyLimitOf(store, connection);
  const [circuit, calls, health] = await Promise.all([
    readCircuit(store, connection.id),
    limit === undefined ? null : readDailyCalls(store, limit),
    readHealth(store, connection.id),
  ]);
  const { lastSuccessAt, lastFailureAt, lastFailureCode } = health;
  return {
    connectionId: connection.id,
    connector: connection.connector,
    name: connection.name,
    paused: connection.paused,
    circuit: toCircuit(circuit),
    quota:
      limit === undefined || calls === null
        ? null
        : { calls: limit.calls, left: calls.left, resetsAt: toInstant(calls.resetMs) },
    lastSuccessAt,
    lastFailureAt,
    lastFailureCode,
  };
}

const getCarriers = defineRoute({
  method: 'get',
  path: '/v1/carriers',
  summary: 'The carriers that are connected, and whether they can be asked now',
  tag: 'Tracking',
  scope: 'read',
  answers: { 200: { description: 'All of them', schema: CarriersSchema } },
  async handle({ deps, store, merchantId }) {
    const carriers = (await listConnections(store, merchantId)).filter(({ kind }) => kind === 'carrier');
    return ok({ data: await Promise.all(carriers.map((one) => toView(deps, store, one))), nextCursor: null });
  },
});

export const carrierRoutes: readonly Route[] = [getCarriers];
