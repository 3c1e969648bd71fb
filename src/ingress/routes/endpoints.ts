import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { makeWebhookSecret } from '../../platform/signature.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  readEndpoint,
  updateEndpoint,
  type Endpoint,
} from '../../store/endpoints.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { created, noContent, ok } from '../answer.ts';
import { checkUrl } from '../connection-settings.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';

/** As much as HMAC-SHA256 makes use of. */
export const secretBytes = 32;
const tag = 'Endpoints';
const params = z.strictObject({ endpointId: IdSchema('endpoint') });
const problems = ['endpoint.not_found'] as const;

const url = z.url({ protocol: /^https?$/ }).max(2048);
const eventTypes = z.array(EventTypeSchema).max(50).meta({ description: 'Empty: all of them' });
const description = z.string().max(500);

const shown = {
  id: IdSchema('endpoint'),
  url: z.string(),
  eventTypes: z.array(EventTypeSchema),
  description: z.string().nullable(),
  status: z.enum(['enabled', 'disabled']),
  disabledReason: z.enum(['merchant', 'gone']).nullable().meta({ description: '`gone`: it answered 410' }),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
};
export const EndpointViewSchema = z.strictObject(shown).meta({ id: 'Endpoint' });
const NewEndpointSchema = z
  .strictObject({ ...shown, secret: z.string().meta({ description: 'Signs what is sent; shown this once' }) })
  .meta({ id: 'NewEndpoint' });

export const toEndpointView = (endpoint: Endpoint): z.infer<typeof EndpointViewSchema> => ({
  id: endpoint.id,
  url: endpoint.url,
  eventTypes: [...endpoint.eventTypes],
  description: endpoint.description,
  status: endpoint.disabled ? 'disabled' : 'enabled',
  disabledReason: endpoint.disabledReason,
  createdAt: endpoint.createdAt,
  updatedAt: endpoint.updatedAt,
});

export async function requireEndpoint(store: StoreDeps, merchantId: string, id: string): Promise<Endpoint> {
  return foundEndpoint(await readEndpoint(store, merchantId, id));
}

export function foundEndpoint(endpoint: Endpoint | null): Endpoint {
  if (endpoint === null) throw makeRefusal('endpoint.not_found', 'no such endpoint');
  return endpoint;
}

const postEndpoint = defineRoute({
  method: 'post',
  path: '/v1/endpoints',
  summary: 'Subscribe a URL to events',
  tag,
  scope: 'operate',
  body: z
    .strictObject({ url, eventTypes: eventTypes.optional(), description: description.optional() })
    .meta({ id: 'EndpointInput' }),
  answers: { 201: { description: 'Subscribed; the secret is shown this once', schema: NewEndpointSchema } },
  async handle({ deps, store, merchantId, body }) {
    await checkUrl(deps, body.url, '/url');
    const secret = makeWebhookSecret(randomBytes(secretBytes));
    const facts = { url: body.url, eventTypes: body.eventTypes ?? [], description: body.description ?? null };
    const endpoint = await createEndpoint(store, merchantId, facts, secret);
    return created(`/v1/endpoints/${endpoint.id}`, { ...toEndpointView(endpoint), secret });
  },
});

const getEndpoints = defineRoute({
  method: 'get',
  path: '/v1/endpoints',
  summary: 'List endpoints',
  tag,
  scope: 'read',
  answers: { 200: { description: 'All of them', schema: PageSchema(EndpointViewSchema) } },
  handle: async ({ store, merchantId }) =>
    ok({ data: (await listEndpoints(store, merchantId)).map(toEndpointView), nextCursor: null }),
});

const getEndpoint = defineRoute({
  method: 'get',
  path: '/v1/endpoints/:endpointId',
  summary: 'Read an endpoint',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The endpoint', schema: EndpointViewSchema } },
  problems,
  handle: async ({ store, merchantId, params: { endpointId } }) =>
    ok(toEndpointView(await requireEndpoint(store, merchantId, endpointId))),
});

const patchEndpoint = defineRoute({
  method: 'patch',
  path: '/v1/endpoints/:endpointId',
  summary: 'Change an endpoint',
  tag,
  scope: 'operate',
  params,
  body: z
    .strictObject({
      url: url.optional(),
      eventTypes: eventTypes.optional(),
      description: description.nullable().optional(),
    })
    .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
    .meta({ id: 'EndpointPatch' }),
  answers: { 200: { description: 'As it is now', schema: EndpointViewSchema } },
  problems,
  async handle({ deps, store, merchantId, params: { endpointId }, body }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    if (body.url !== undefined) await checkUrl(deps, body.url, '/url');
    const change = {
      ...(body.url === undefined ? {} : { url: body.url }),
      ...(body.eventTypes === undefined ? {} : { eventTypes: body.eventTypes }),
      ...(body.description === undefined ? {} : { description: body.description }),
    };
    return ok(toEndpointView(foundEndpoint(await updateEndpoint(store, endpoint, change))));
  },
});

const removeEndpoint = defineRoute({
  method: 'delete',
  path: '/v1/endpoints/:endpointId',
  summary: 'Delete an endpoint',
  description: 'What was still on its way to it is dropped.',
  tag,
  scope: 'operate',
  params,
  answers: { 204: { description: 'Deleted' } },
  problems,
  async handle({ store, merchantId, params: { endpointId } }) {
    await deleteEndpoint(store, await requireEndpoint(store, merchantId, endpointId));
    return noContent;
  },
});

export const endpointRoutes: readonly Route[] = [
  postEndpoint,
  getEndpoints,
  getEndpoint,
  patchEndpoint,
  removeEndpoint,
];
