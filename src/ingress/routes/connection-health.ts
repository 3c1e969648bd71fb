import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { toInstant } from '../../platform/clock.ts';
import { readCircuit, type Circuit } from '../../store/circuits.ts';
import { readCalls } from '../../store/connection-calls.ts';
import { readHealth, readRegistration } from '../../store/connections.ts';
import { readLane } from '../../store/lanes.ts';
import { ok } from '../answer.ts';
import { defineRoute } from '../define-route.ts';
import { HealthSchema, type HealthView } from '../views/health-view.ts';
import { requireConnection } from './connections.ts';

export const getConnectionHealth = defineRoute({
  method: 'get',
  path: '/v1/connections/:connectionId/health',
  summary: 'How a connection is doing',
  tag: 'Connections',
  scope: 'read',
  params: z.strictObject({ connectionId: IdSchema('connection') }),
  answers: { 200: { description: 'As it is now', schema: HealthSchema } },
  problems: ['connection.not_found'],
  async handle({ deps, store, merchantId, params: { connectionId } }) {
    const connection = await requireConnection(store, merchantId, connectionId);
    const [health, registration, calls] = await Promise.all([
      readHealth(store, connectionId),
      readRegistration(store, connectionId),
      readCalls(store, connectionId),
    ]);
    const lanes = Object.entries(deps.lanesOf(store, connection));
    const budgets = await Promise.all(
      lanes.map(async ([budget, lane]) => [budget, await readLane(store, lane)] as const),
    );
    const state = connection.paused ? 'paused' : health.unhealthySince === null ? 'healthy' : 'unhealthy';
    const circuit = connection.kind === 'carrier' ? toCircuitView(await readCircuit(store, connectionId)) : null;
    return ok({ state, ...health, ...registration, calls, circuit, budgets: Object.fromEntries(budgets) });
  },
});

const toCircuitView = (circuit: Circuit): HealthView['circuit'] => ({
  state: circuit.state,
  until: circuit.state === 'open' ? toInstant(circuit.untilMs) : null,
});
