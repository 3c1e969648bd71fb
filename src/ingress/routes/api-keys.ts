import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { apiKeyScopes, createApiKey, listApiKeys, revokeApiKey, type ApiKey } from '../../store/merchants.ts';
import { created, noContent, ok } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';
import { requireMerchant } from './merchants.ts';

const tag = 'Merchants';
const params = z.strictObject({ merchantId: IdSchema('merchant') });
const problems = ['merchant.not_found'] as const;
const ScopeSchema = z.enum(apiKeyScopes).meta({
  id: 'ApiKeyScope',
  description: '`operate` includes `read`; `admin` includes all, and other merchants (named in `Packline-Merchant`)',
});

const CarrierSlugSchema = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
  .max(60);

const ApiKeyInputSchema = z
  .strictObject({
    name: z.string().min(1).max(120),
    scopes: z.array(ScopeSchema).min(1).max(apiKeyScopes.length),
    carrier: CarrierSlugSchema.optional().meta({ description: 'The one carrier that the key speaks for: it tells of no other’s parcels' }), // prettier-ignore
  })
  .meta({ id: 'ApiKeyInput' });

const shown = {
  id: IdSchema('apiKey'),
  name: z.string(),
  scopes: z.array(ScopeSchema),
  carrier: CarrierSlugSchema.optional(),
  prefix: z.string().meta({ description: 'The first characters, to tell keys apart by' }),
  createdAt: InstantSchema,
  lastUsedAt: InstantSchema.nullable().meta({ description: 'To the minute' }),
};
const ApiKeyViewSchema = z.strictObject(shown).meta({ id: 'ApiKey' });
const NewApiKeySchema = z
  .strictObject({ ...shown, key: z.string().meta({ description: 'The key itself; shown this once' }) })
  .meta({ id: 'NewApiKey' });

const toView = ({ merchantId: _, scopes, ...rest }: ApiKey): z.infer<typeof ApiKeyViewSchema> => ({
  ...rest,
  scopes: [...scopes],
});

const postApiKey = defineGlobalRoute({
  method: 'post',
  path: '/v1/merchants/:merchantId/api-keys',
  summary: 'Make an API key',
  tag,
  scope: 'admin',
  params,
  body: ApiKeyInputSchema,
  answers: { 201: { description: 'Made; the key is shown this once', schema: NewApiKeySchema } },
  problems,
  async handle({ deps, params: { merchantId }, body }) {
    await requireMerchant(deps, merchantId);
    const { apiKey, secret } = await createApiKey(deps, merchantId, body);
    return created(`/v1/merchants/${merchantId}/api-keys`, { ...toView(apiKey), key: secret });
  },
});

const getApiKeys = defineGlobalRoute({
  method: 'get',
  path: '/v1/merchants/:merchantId/api-keys',
  summary: 'List a merchant’s API keys',
  tag,
  scope: 'admin',
  params,
  answers: { 200: { description: 'All of them', schema: PageSchema(ApiKeyViewSchema) } },
  problems,
  async handle({ deps, params: { merchantId } }) {
    await requireMerchant(deps, merchantId);
    return ok({ data: (await listApiKeys(deps, merchantId)).map(toView), nextCursor: null });
  },
});

const deleteApiKey = defineGlobalRoute({
  method: 'delete',
  path: '/v1/merchants/:merchantId/api-keys/:keyId',
  summary: 'Revoke an API key',
  description: 'Other processes may take the key for up to 2 seconds more.',
  tag,
  scope: 'admin',
  params: params.extend({ keyId: IdSchema('apiKey') }),
  answers: { 204: { description: 'Revoked' } },
  problems: ['merchant.not_found', 'api_key.not_found'],
  async handle({ deps, params: { merchantId, keyId } }) {
    await requireMerchant(deps, merchantId);
    if (await revokeApiKey(deps, merchantId, keyId)) return noContent;
    throw makeRefusal('api_key.not_found', 'no such API key');
  },
});

export const apiKeyRoutes: readonly Route[] = [postApiKey, getApiKeys, deleteApiKey];
