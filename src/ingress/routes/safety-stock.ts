import * as z from 'zod';
import { SafetyStockRulesSchema } from '../../domain/safety-stock.ts';
import { readSafetyStock, writeSafetyStock } from '../../store/safety-stock.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { tag } from './runs.ts';

const SafetyStockSchema = z.strictObject({ rules: SafetyStockRulesSchema }).meta({ id: 'SafetyStock' });

const getSafetyStock = defineRoute({
  method: 'get',
  path: '/v1/safety-stock',
  summary: 'What is kept back of the stock',
  tag,
  scope: 'read',
  answers: { 200: { description: 'The rules, in the order in which they are looked at', schema: SafetyStockSchema } },
  handle: async ({ store, merchantId }) => ok({ rules: await readSafetyStock(store, merchantId) }),
});

const patchSafetyStock = defineRoute({
  method: 'patch',
  path: '/v1/safety-stock',
  summary: 'Set what is kept back of the stock',
  description:
    'The list takes the place of the one before; an empty one keeps nothing back. Of the rules that fit a row of stock, by its store and the categories of its product, the first one counts. They count for rows that are read from now on: what the partner has stays until its row comes again, and then goes out if its result is another.', // prettier-ignore
  tag,
  scope: 'operate',
  body: SafetyStockSchema,
  answers: { 200: { description: 'As they are now', schema: SafetyStockSchema } },
  async handle({ store, merchantId, body: { rules } }) {
    await writeSafetyStock(store, merchantId, rules);
    return ok({ rules });
  },
});

export const safetyStockRoutes: readonly Route[] = [getSafetyStock, patchSafetyStock];
