import * as z from 'zod';
import { InstantSchema } from '../../domain/time.ts';

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
export const HealthSchema = z
  .strictObject({
    state: z.enum(['healthy', 'unhealthy', 'paused']),
    lastSuccessAt: InstantSchema.nullable(),
    lastFailureAt: InstantSchema.nullable(),
    lastFailureCode: z.string().nullable(),
    unhealthySince: InstantSchema.nullable().meta({ description: 'Since when key or settings are known to be wrong' }),
    tokenAt: InstantSchema.nullable().meta({
      description: 'When the partner last lent a token for the key, where it lends any',
    }),
    calls: z.strictObject({ windowSeconds: z.int(), total: z.int(), failed: z.int(), p95Ms: z.int().nullable() }).meta({
      description:
        'Calls in the window that ends now; failed: no answer came, or one of 4xx or 5xx, but for 404 to a GET, which looks whether something is there. A few seconds behind',
    }),
    hookRegisteredAt: InstantSchema.nullable().meta({ description: 'When the partner’s hook was made through us' }),
    feedRegisteredAt: InstantSchema.nullable().meta({ description: 'When its queue of events was' }),
    checkedAt: InstantSchema.nullable().meta({ description: 'When that was last seen to hold' }),
    restoredAt: InstantSchema.nullable().meta({ description: 'When the partner had dropped it and it was made again' }),
    circuit: z
      .strictObject({ state: z.enum(['closed', 'open', 'halfOpen']), until: InstantSchema.nullable() })
      .nullable()
      .meta({
        description:
          'Of a carrier. open: it failed so often that it is left alone until then; halfOpen: one call tries',
      }),
    budgets: z
      .record(z.string(), BudgetSchema)
      .meta({ description: 'The account’s rate limits, and what waits for them' }),
  })
  .meta({ id: 'ConnectionHealth' });

export type BudgetView = z.infer<typeof BudgetSchema>;
export type HealthView = z.infer<typeof HealthSchema>;
