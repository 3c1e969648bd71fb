import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { z } from 'zod';
import { applyFaults, isCut } from '../apply-faults.ts';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';
import { answersSchema, type NashAnswers } from './answers.ts';
import { catalogRoutes } from './catalog-routes.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { jobRoutes } from './job-routes.ts';
import type { NashEnv } from './nash-env.ts';
import { NashRefusal, toRefusalResponse } from './nash-refusal.ts';
import { orderRoutes } from './order-routes.ts';
import { demoOrganisation, findCaller, organisationSchema, type Organisation } from './organisations.ts';
import { createTenant, type Tenant } from './tenant.ts';
import { webhookRoutes } from './webhook-routes.ts';

export interface Nash {
  /** Nash's API of one region, to be mounted under a base path. */
  makeApi(region: Organisation['region'], basePath: string): Hono<NashEnv>;
  answers: NashAnswers;
  /** The tenant of an organisation, by default the demo's; undefined when there is none. */
  tenant(orgId?: string): Tenant | undefined;
  /** Adds an organisation, or changes the settings of one that exists. */
  putOrganisation(organisation: z.input<typeof organisationSchema>): Tenant;
  /** Forgets orders, jobs, catalogs and messages; organisations and endpoints stay. */
  reset(): void;
  stop(): void;
}

/** Whose budget a path counts against: products and inventory have one of their own. */
const bucketOf = (path: string): keyof Organisation['limits'] =>
  /^\/v1\/(products?|inventory)(\/|$)/.test(path) ? 'catalog' : 'default';

export function createNash(context: SandboxContext, initialAnswers: Partial<NashAnswers>): Nash {
  const answers = answersSchema.parse(initialAnswers);
  const tenants = new Map<string, Tenant>();

  const toErrorResponse = (refusal: NashRefusal, headers: Record<string, string> = {}): Response =>
    toRefusalResponse(refusal, { headers, asArray: refusal.status === 422 && answers.validationBody === 'array' });

  const overLimit = (): Response =>
    toErrorResponse(
      new NashRefusal(429, 'TOO_MANY_REQUESTS', 'Rate limit exceeded'),
      answers.retryAfter ? { 'retry-after': '1' } : {},
    );

  /** First in line, so that an arrival is when the headers were there and not when the body was read. */
  const keepBooks = (basePath: string) =>
    createMiddleware<NashEnv>(async (c, next) => {
      const path = c.req.path.slice(basePath.length);
      const entry: RequestEntry = {
        partner: 'nash',
        org: null,
        method: c.req.method,
        path,
        arrivedAt: context.now(),
        status: null,
      };
      context.books.addRequest(entry);
      c.set('entry', entry);
      c.set('answers', answers);
      await next();
      if (isCut(c.res)) return;
      entry.status = c.res.status;
      if (!c.res.headers.has('X-REQUEST-ID')) c.res.headers.set('X-REQUEST-ID', randomUUID());
    });

  const admit = (region: Organisation['region']) =>
    createMiddleware<NashEnv>(async (c, next) => {
      const organisation = findCaller(
        [...tenants.values()].map((tenant) => tenant.organisation),
        { authorization: c.req.header('authorization'), orgId: c.req.header('nash-org-id'), region },
      );
      const entry = c.get('entry');
      entry.org = organisation.orgId;
      const bucket = bucketOf(entry.path);
      if (!context.books.arrive(entry, organisation.orgId, bucket, organisation.limits[bucket])) return overLimit();
      const tenant = tenants.get(organisation.orgId);
      if (tenant !== undefined) c.set('tenant', tenant);
      await next();
      return undefined;
    });

  const put: Nash['putOrganisation'] = (input) => {
    const organisation = organisationSchema.parse(input);
    const known = tenants.get(organisation.orgId);
    const tenant = known ?? createTenant(context, organisation, answers);
    tenant.organisation = organisation;
    tenants.set(organisation.orgId, tenant);
    const { webhookUrl: url, webhookSecret: secret } = organisation;
    if (url !== undefined && !tenant.webhooks.endpoints.some((endpoint) => endpoint.url === url)) {
      tenant.webhooks.register({ url, secret });
    }
    return tenant;
  };

  put(demoOrganisation);

  return {
    answers,
    makeApi: (region, basePath) =>
      new Hono<NashEnv>()
        .onError((error) => {
          if (error instanceof NashRefusal) return toErrorResponse(error);
          context.log.error({ err: error }, 'nash.crashed');
          return toErrorResponse(new NashRefusal(500, 'INTERNAL_SERVER_ERROR', 'Internal server error'));
        })
        .use(keepBooks(basePath))
        .use(admit(region))
        .use(
          applyFaults<NashEnv>(context.faults, (status, code, retryAfterSeconds, paths = []) =>
            toErrorResponse(
              new NashRefusal(status, code, 'Injected by the sandbox', toDetails(paths)),
              retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
            ),
          ),
        )
        .route('/', orderRoutes)
        .route('/', jobRoutes)
        .route('/', catalogRoutes)
        .route('/', fleetRoutes)
        .route('/', webhookRoutes)
        .all('/v1/products', () => toErrorResponse(methodRefused()))
        .all('/v1/inventory', () => toErrorResponse(methodRefused()))
        .all('/*', (c) =>
          toErrorResponse(new NashRefusal(404, 'NOT_FOUND', `No operation ${c.req.method} ${c.get('entry').path}`)),
        ),
    tenant: (orgId = demoOrganisation.orgId) => tenants.get(orgId),
    putOrganisation: put,
    reset() {
      Object.assign(answers, answersSchema.parse(initialAnswers));
      for (const [orgId, old] of tenants) {
        old.stop();
        const tenant = createTenant(context, old.organisation, answers);
        tenant.webhooks.endpoints.push(...old.webhooks.endpoints.map((endpoint) => ({ ...endpoint, disabled: false })));
        tenants.set(orgId, tenant);
      }
    },
    stop() {
      for (const tenant of tenants.values()) tenant.stop();
    },
  };
}

/** As a validation error words what it is about; nothing where the fault is about no field. */
const toDetails = (paths: readonly string[]): Record<string, unknown> | undefined =>
  paths.length === 0 ? undefined : { fields: Object.fromEntries(paths.map((path) => [path, 'item is not known'])) };

/** Seen in the live sandbox: products and inventory know GET and POST only. */
const methodRefused = (): NashRefusal => new NashRefusal(405, 'METHOD_NOT_ALLOWED', 'Method not allowed');
