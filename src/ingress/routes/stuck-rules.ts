import * as z from 'zod';
import { StuckRulesSchema, stuckRulesIn } from '../../domain/stuck-rules.ts';
import { readStuckRules, writeStuckRules } from '../../store/stuck-orders.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';

const tag = 'Issues';
const RulesSchema = z.strictObject({ rules: StuckRulesSchema }).meta({ id: 'StuckRules' });

const getStuckRules = defineRoute({
  method: 'get',
  path: '/v1/stuck-rules',
  summary: 'How long an order may stay in each status',
  tag,
  scope: 'read',
  answers: { 200: { description: 'Your own, and the defaults for the rest', schema: RulesSchema } },
  handle: async ({ store, merchantId }) => ok({ rules: stuckRulesIn(await readStuckRules(store, merchantId)) }),
});

const patchStuckRules = defineRoute({
  method: 'patch',
  path: '/v1/stuck-rules',
  summary: 'Set how long an order may stay in a status',
  description:
    'Each status that is named gets this many minutes; null: orders may stay there for as long as they like. Orders that stay longer are an issue, one for each status, within a minute; it is over when they have moved. What waits for the customer’s window to begin is not stuck.',
  tag,
  scope: 'operate',
  body: RulesSchema,
  answers: { 200: { description: 'As they are now', schema: RulesSchema } },
  async handle({ store, merchantId, body: { rules } }) {
    const own = { ...(await readStuckRules(store, merchantId)), ...rules };
    await writeStuckRules(store, merchantId, own);
    return ok({ rules: stuckRulesIn(own) });
  },
});

export const stuckRuleRoutes: readonly Route[] = [getStuckRules, patchStuckRules];
