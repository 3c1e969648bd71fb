import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Env } from 'hono';
import * as z from 'zod';
import { eventCatalogue, eventExampleOf, eventSchemaOf } from '../domain/event-catalogue.ts';
import { eventTypes } from '../domain/events.ts';
import { IdSchema } from '../domain/ids.ts';
import type { AnswerSpec, Route } from './define-route.ts';
import type { Dialect } from './dialect.ts';
import { ProblemSchema } from './problem.ts';
import { problemCodes, type ProblemCode } from './problem-codes.ts';

type Registry = OpenAPIHono['openAPIRegistry'];
type RouteConfig = Parameters<Registry['registerPath']>[0];

/** The codes that a route can answer: its own, and those of what stands in front of it (pipeline.ts). */
export function problemsOf(route: Route): ProblemCode[] {
  const codes = new Set<ProblemCode>(route.problems ?? []);
  const add = (...more: ProblemCode[]) => more.forEach((code) => codes.add(code));
  add('request.http', 'request.timeout', 'request.headers_too_large', 'request.invalid');
  add('redis.away', 'packline.unexpected');
  if (route.scope !== 'none') {
    add('auth.missing', 'auth.invalid', 'auth.scope', 'rate.limited', 'redis.generation', 'secrets.cannot_open');
    if (route.isTenantBound) add('merchant.not_found');
    if (route.isTenantBound && route.dialect === undefined) add('auth.merchant_required', 'auth.merchant_forbidden');
    if (route.method === 'post' || route.method === 'patch') add('packline.full');
  }
  if (route.body !== undefined || route.rawBody === true || route.streamBody !== undefined) {
    add('request.too_large', 'request.aborted', 'packline.full', 'redis.generation');
  }
  if (route.body !== undefined) {
    add('request.content_type', 'request.content_encoding', 'request.encoding', 'request.json', 'request.depth');
  }
  if (route.method === 'post' && route.idempotency !== 'none') {
    add('idempotency.key_invalid', 'idempotency.key_reused');
    add(route.idempotency === 'own' ? 'idempotency.key_missing' : 'idempotency.in_progress');
  }
  return [...codes].sort();
}

/** Writes a route into the registry that the document is made of. */
export function registerRoute(registry: Registry, route: Route): void {
  const { method, path, summary, description, tag, params, query, body, scope, isTenantBound, dialect } = route;
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, toResponse(answer)] as const);
  registry.registerPath({
    method,
    path: path.replace(/:(\w+)/g, '{$1}'),
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    operationId: `${method}${path.replace('/v1', '').replace(/[^a-z]+(\w)/gi, (_, letter: string) => letter.toUpperCase())}`,
    security: scope === 'none' ? [] : [{ [dialect?.security ?? 'apiKey']: [] }],
    ...(scope === 'none' ? {} : { 'x-scope': scope }),
    ...(dialect === undefined ? {} : { 'x-dialect': dialect.id }),
    request: {
      ...(params instanceof z.ZodObject ? { params } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      headers: z.object({
        ...(isTenantBound && dialect === undefined ? tenantHeader : {}),
        ...keyHeader(route),
        ...route.requestHeaders,
      }),
      ...(body === undefined
        ? {}
        : {
            body: {
              required: route.bodyOptional !== true,
              content: { 'application/json': { schema: route.bodyShown ?? body } },
            },
          }),
      ...(route.rawBody === true ? { body: { required: true, content: { '*/*': {} } } } : {}),
      ...(route.streamBody === undefined ? {} : { body: { required: true, content: streamContent(route.streamBody) } }),
    },
    responses: Object.fromEntries([...answers, ...problemResponses(route)]),
  });
}

const streamContent = (types: Readonly<Record<string, z.ZodType>>) =>
  Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }]));

const tenantHeader = {
  'Packline-Merchant': IdSchema('merchant')
    .optional()
    .meta({ description: 'The merchant that the request is about; for admin keys' }),
};
const keySchema = z.string().min(1).max(255).meta({ description: 'Your own word for this request; kept for 24 hours' });
const keyHeader = ({ method, idempotency }: Route) =>
  method !== 'post' || idempotency === 'none'
    ? {}
    : { 'Idempotency-Key': idempotency === 'own' ? keySchema : keySchema.optional() };

const toResponse = ({ description, schema, type }: AnswerSpec): RouteConfig['responses'][string] => ({
  description,
  ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }),
  ...(type === undefined ? {} : { content: { [type]: { schema: z.string() } } }),
});

function problemResponses(route: Route): [string, RouteConfig['responses'][string]][] {
  if (route.dialect !== undefined) return refusalResponses(route, route.dialect);
  const byStatus = Map.groupBy(problemsOf(route), (code) => String(problemCodes[code].status));
  return [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\` ${problemCodes[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: ProblemSchema } },
    },
  ]);
}

/** What cannot be read is refused before anybody knows whose protocol it was meant to be. */
const unreadStatuses: ReadonlySet<string> = new Set(
  (['request.http', 'request.timeout', 'request.too_large', 'request.headers_too_large'] as const).map((code) =>
    String(problemCodes[code].status),
  ),
);

function refusalResponses(route: Route, dialect: Dialect): [string, RouteConfig['responses'][string]][] {
  const codes = [...problemsOf(route), ...(route.scope === 'none' ? [] : dialect.refusals), ...(route.refusals ?? [])];
  const byStatus = Map.groupBy(
    codes.map((code) => dialect.describe(code)),
    ({ status }) => String(status),
  );
  return [...byStatus].map(([status, rows]) => [
    status,
    {
      description: [...new Set(rows.map(({ code, title }) => `\`${code}\` ${title}`))].join('; '),
      content: {
        'application/json': { schema: dialect.schema },
        ...(unreadStatuses.has(status) ? { 'application/problem+json': { schema: ProblemSchema } } : {}),
      },
    },
  ]);
}

/** What we send to endpoints, signed as Standard Webhooks 1.0.0 says. */
export function registerWebhooks(registry: Registry): void {
  const headers = z.object({
    'webhook-id': z.string().meta({ description: 'The event’s id: the same on every attempt and replay' }),
    'webhook-timestamp': z.string().meta({ description: 'Seconds since the epoch, of this attempt' }),
    'webhook-signature': z.string().meta({
      description:
        'Space-separated, one entry for each key that signs: `v1,<base64 HMAC-SHA256 of id.timestamp.body>`, and `v1a,<base64 Ed25519 signature of the same>` where the endpoint asks for it',
    }),
    'content-digest': z.string().meta({ description: '`sha-256=:<base64>:` of the body (RFC 9530)' }),
  });
  for (const type of eventTypes) {
    const { summary } = eventCatalogue[type];
    const content = { 'application/json': { schema: eventSchemaOf(type), example: eventExampleOf(type) } };
    registry.registerWebhook({
      method: 'post',
      path: type,
      summary,
      description: 'As an endpoint with the payload `full` receives it',
      tags: ['Outbound webhooks'],
      request: { headers, body: { required: true, content } },
      responses: { '2xx': { description: 'Taken. Anything else is tried again for days.' } },
    });
  }
}

/** The OpenAPI 3.1 document of everything registered. */
export function makeDocument<E extends Env>(app: OpenAPIHono<E>, facts: { version: string; baseUrl: string }): unknown {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Packline',
      version: facts.version,
      description:
        'Orders from any OMS to pick-and-pack fulfilment and back. Of two JSON members with one name the last one wins, and none may be called `__proto__`. Every answer carries `X-Request-Id`.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: facts.baseUrl }],
  });
}

export function registerSecurity(registry: Registry): void {
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  // Of the partners' protocols that we serve.
  registry.registerComponent('securitySchemes', 'pickAndPackToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
}
