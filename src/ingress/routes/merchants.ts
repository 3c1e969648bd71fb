import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { createMerchant, listMerchants, readMerchant, renameMerchant, type Merchant } from '../../store/merchants.ts';
import { created, ok } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';

const tag = 'Merchants';
const params = z.strictObject({ merchantId: IdSchema('merchant') });
const body = z.strictObject({ name: z.string().min(1).max(120) }).meta({ id: 'MerchantInput' });
const problems = ['merchant.not_found'] as const;

export const MerchantViewSchema = z
  .strictObject({ id: IdSchema('merchant'), name: z.string(), createdAt: InstantSchema, updatedAt: InstantSchema })
  .meta({ id: 'Merchant' });

const toView = ({ id, name, createdAt, updatedAt }: Merchant): z.infer<typeof MerchantViewSchema> => ({
  id,
  name,
  createdAt,
  updatedAt,
});

export async function requireMerchant({ redis, clock }: IngressDeps, merchantId: string): Promise<Merchant> {
  const merchant = await readMerchant({ redis, clock }, merchantId);
  if (merchant === null) throw makeRefusal('merchant.not_found', 'no such merchant');
  return merchant;
}

const postMerchant = defineGlobalRoute({
  method: 'post',
  path: '/v1/merchants',
  summary: 'Create a merchant',
  tag,
  scope: 'admin',
  body,
  answers: { 201: { description: 'Created', schema: MerchantViewSchema } },
  async handle({ deps, body: { name } }) {
    const shard = randomInt(deps.settings.shards);
    const merchant = await createMerchant(deps, name, shard);
    return created(`/v1/merchants/${merchant.id}`, toView(merchant));
  },
});

const getMerchants = defineGlobalRoute({
  method: 'get',
  path: '/v1/merchants',
  summary: 'List all merchants',
  tag,
  scope: 'admin',
  answers: { 200: { description: 'All of them', schema: PageSchema(MerchantViewSchema) } },
  handle: async ({ deps }) => ok({ data: (await listMerchants(deps)).map(toView), nextCursor: null }),
});

const getMerchant = defineGlobalRoute({
  method: 'get',
  path: '/v1/merchants/:merchantId',
  summary: 'Read a merchant',
  tag,
  scope: 'admin',
  params,
  answers: { 200: { description: 'The merchant', schema: MerchantViewSchema } },
  problems,
  handle: async ({ deps, params: { merchantId } }) => ok(toView(await requireMerchant(deps, merchantId))),
});

const patchMerchant = defineGlobalRoute({
  method: 'patch',
  path: '/v1/merchants/:merchantId',
  summary: 'Rename a merchant',
  tag,
  scope: 'admin',
  params,
  body,
  answers: { 200: { description: 'As it is now', schema: MerchantViewSchema } },
  problems,
  async handle({ deps, params: { merchantId }, body: { name } }) {
    const merchant = await requireMerchant(deps, merchantId);
    return ok(toView(await renameMerchant(deps, merchant, name)));
  },
});

export const merchantRoutes: readonly Route[] = [postMerchant, getMerchants, getMerchant, patchMerchant];
