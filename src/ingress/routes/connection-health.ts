import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { readHealth, readRegistration } from '../../store/connections.ts';
import { readLane } from '../../store/lanes.ts';
import { ok } from '../answer.ts';
import { defineRoute } from '../define-route.ts';
import { requireConnection } from './connections.ts';

const BudgetSchema = z
  .strictObject({
    callsPerSecond: z.number().meta({ description: 'As it is now: less than the limit after a 429' }),
    limitPerSecond: z.number(),
    marginPercent: z.number().meta({ description: 'So much of the limit is left free' }),
    windows: z
      .array(z.strictObject({ calls: z.number(), perMs: z.number(), used: z.number() }))
      .meta({ description: 'Each limit, and how many calls went out in its window that ends now' }),
    atOnce: z
      .strictObject({ used: z.number(), max: z.number() })
      .nullable()
      .meta({ description: 'Calls under way, where only so many may be' }),
    pausedMs: z.number().meta({ description: 'For so long the partner asked us to wait' }),
    inflight: z.number().meta({ description: 'Work that is being done' }),
    waiting: z.number().meta({ description: 'Work that waits' }),
    queue: z
      .strictObject({
        urgent: z.number(),
        orders: z.number(),
        inventory: z.number(),
        catalog: z.number(),
        reads: z.number(),
      })
      .meta({
        description: 'What waits, by class, the first of them first: work, and calls of work that is being done',
      }),
    etaMs: z.number().meta({ description: 'When all that waits will have made its first call, if nothing more comes' }),
  })
  .meta({ id: 'ConnectionBudget' });
const HealthSchema = z
  .strictObject({
    state: z.enum(['healthy', 'unhealthy', 'paused']),
    lastSuccessAt: InstantSchema.nullable(),
    lastFailureAt: InstantSchema.nullable(),
    lastFailureCode: z.string().nullable(),
    unhealthySince: InstantSchema.nullable().meta({ description: 'Since when key or settings are known to be wrong' }),
    hookRegisteredAt: InstantSchema.nullable().meta({ description: 'When the partner’s hook was made through us' }),
    feedRegisteredAt: InstantSchema.nullable().meta({ description: 'When its queue of events was' }),
    checkedAt: InstantSchema.nullable().meta({ description: 'When that was last seen to hold' }),
    restoredAt: InstantSchema.nullable().meta({ description: 'When the partner had dropped it and it was made again' }),
    budgets: z
      .record(z.string(), BudgetSchema)
      .meta({ description: 'The account’s rate limits, and what waits for them' }),
  })
  .meta({ id: 'ConnectionHealth' });

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
    const health = { ...(await readHealth(store, connectionId)), ...(await readRegistration(store, connectionId)) };
    const lanes = Object.entries(deps.lanesOf(store, connection));
    const budgets = await Promise.all(
      lanes.map(async ([budget, lane]) => [budget, await readLane(store, lane)] as const),
    );
    const state = connection.paused ? 'paused' : health.unhealthySince === null ? 'healthy' : 'unhealthy';
    return ok({ state, ...health, budgets: Object.fromEntries(budgets) });
  },
});
