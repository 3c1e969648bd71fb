import * as z from 'zod';
import { checkFilter } from '../../domain/check-filter.ts';
import { IdSchema } from '../../domain/ids.ts';
import { isSentAs } from '../../domain/payload-form.ts';
import { generateWebhookSecret } from '../../platform/signature.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  readEndpoint,
  updateEndpoint,
  type Endpoint,
  type EndpointFacts,
} from '../../store/endpoints.ts';
import { probeNow } from '../../queues/endpoint-probe.ts';
import { commit } from '../../store/commit.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { created, noContent, ok } from '../answer.ts';
import { checkUrl } from '../connection-settings.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeInvalid, makeRefusal } from '../problem.ts';
import {
  endpointFields,
  EndpointViewSchema,
  NewEndpointSchema,
  showEndpoint,
  toEndpointView,
} from '../views/endpoint-view.ts';
import { PageSchema } from '../views/page.ts';
import { withoutUndefined } from '../without-undefined.ts';

const tag = 'Endpoints';
const params = z.strictObject({ endpointId: IdSchema('endpoint') });
const problems = ['endpoint.not_found'] as const;

const url = z.url({ protocol: /^https?$/, error: 'is no http or https URL' }).max(2048);
const { eventTypes, filter, description, headers, payload, signatures, ordered, concurrency } = endpointFields;
const { rateLimitPerSecond, autoDisable } = endpointFields;
const chosen = {
  eventTypes: eventTypes.optional(),
  headers: headers.optional().meta({ description: 'Sent with every event; their values are never shown again' }),
  payload: payload.optional(),
  signatures: signatures.optional(),
  ordered: ordered.optional(),
  concurrency: concurrency.optional(),
  autoDisable: autoDisable.optional(),
};

export async function requireEndpoint(store: StoreDeps, merchantId: string, id: string): Promise<Endpoint> {
  return foundEndpoint(await readEndpoint(store, merchantId, id));
}

export function foundEndpoint(endpoint: Endpoint | null): Endpoint {
  if (endpoint === null) throw makeRefusal('endpoint.not_found', 'no such endpoint');
  return endpoint;
}

/** What of one field depends on another. */
function checkTogether({ filter: wanted, eventTypes: types, payload: form }: Partial<EndpointFacts>): void {
  const unsent = (types ?? []).flatMap((type, index) =>
    form === undefined || isSentAs(form, type)
      ? []
      : [{ code: 'endpoint.unsent', detail: `is not sent as ${form}`, pointer: `/eventTypes/${index}` }],
  );
  const errors = [...unsent, ...(wanted == null ? [] : checkFilter(wanted, types ?? []))];
  if (errors.length > 0) throw makeInvalid(errors);
}

const postEndpoint = defineRoute({
  method: 'post',
  path: '/v1/endpoints',
  summary: 'Subscribe a URL to events',
  tag,
  scope: 'operate',
  body: z
    .strictObject({
      url,
      ...chosen,
      filter: filter.optional(),
      description: description.optional(),
      rateLimitPerSecond: rateLimitPerSecond.optional(),
    })
    .meta({ id: 'EndpointInput' }),
  answers: { 201: { description: 'Subscribed; the secret is shown this once', schema: NewEndpointSchema } },
  problems: ['endpoint.too_many'],
  async handle({ deps, store, merchantId, body }) {
    checkTogether(withoutUndefined(body));
    await checkUrl(deps, body.url, '/url');
    const secret = generateWebhookSecret();
    const facts = { eventTypes: [], description: null, ...withoutUndefined(body), url: body.url };
    const endpoint = await createEndpoint(store, merchantId, facts, secret);
    return created(`/v1/endpoints/${endpoint.id}`, { ...toEndpointView(store, endpoint), secret });
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
    ok({
      data: await Promise.all((await listEndpoints(store, merchantId)).map((one) => showEndpoint(store, one))),
      nextCursor: null,
    }),
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
    ok(await showEndpoint(store, await requireEndpoint(store, merchantId, endpointId))),
});

const patchEndpoint = defineRoute({
  method: 'patch',
  path: '/v1/endpoints/:endpointId',
  summary: 'Change an endpoint',
  description:
    'What is on its way already is not chosen anew; how it is sent follows the change. One with another URL is judged anew; if it was disabled because it took nothing, it is asked at once whether it is there.',
  tag,
  scope: 'operate',
  params,
  body: z
    .strictObject({
      url: url.optional(),
      ...chosen,
      filter: z.union([filter, z.null()]).optional(),
      description: description.nullable().optional(),
      rateLimitPerSecond: rateLimitPerSecond.nullable().optional(),
    })
    .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
    .meta({ id: 'EndpointPatch' }),
  answers: { 200: { description: 'As it is now', schema: EndpointViewSchema } },
  problems,
  async handle({ deps, store, merchantId, params: { endpointId }, body }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const change = withoutUndefined(body);
    checkTogether({ ...endpoint, ...change });
    if (body.url !== undefined) await checkUrl(deps, body.url, '/url');
    const updated = foundEndpoint(await updateEndpoint(store, endpoint, change));
    const isMoved = updated.era !== endpoint.era;
    if (isMoved && updated.disabledReason === 'failing') await commit(store, { entries: probeNow(updated) });
    return ok(await showEndpoint(store, updated));
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
