import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { withSpan } from '../platform/trace.ts';
import { createAuthenticator } from './authenticate.ts';
import { makeNashRoutes } from './compat/nash/make-routes.ts';
import { makePickAndPackRoutes } from './compat/vtex-pick-and-pack/make-routes.ts';
import { makeLastMileRoutes } from './compat/vtex-last-mile/make-routes.ts';
import type { Route } from './define-route.ts';
import type { IngressDeps } from './deps.ts';
import { registerBudgetMetrics } from './budget-metrics.ts';
import { registerEntryMetrics } from './entry-metrics.ts';
import { makeDocument, registerRoute, registerSecurity, registerWebhooks } from './open-api.ts';
import { createPipeline, type Env } from './pipeline.ts';
import { makeRefusal, toShownFailure } from './problem.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { registerWorkMetrics } from './work-metrics.ts';
import { routes } from './routes.ts';
import { makeDocsRoutes } from './routes/docs.ts';
import { makeRunEventRoutes } from './routes/run-events.ts';
import { makeInboundToken } from './routes/inbound-token.ts';
import { makeInboundWebhooks } from './routes/inbound-webhook.ts';

/** The HTTP side of Packline: `fetch` for @hono/node-server (with `serverOptions` and `guardServer`) or for tests. */
export function createApp(deps: IngressDeps): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>();
  const metrics = createRequestMetrics(deps.metrics);
  registerEntryMetrics(deps);
  registerBudgetMetrics(deps);
  registerWorkMetrics(deps);
  const authenticator = createAuthenticator(deps);
  const pipeline = createPipeline(deps, metrics, authenticator);
  const registry = app.openAPIRegistry;
  let document: unknown;
  const docs = makeDocsRoutes(() => (document ??= makeDocument(app, deps.settings)));
  const compat = [
    ...makePickAndPackRoutes(deps, authenticator),
    ...makeNashRoutes(deps, authenticator),
    ...makeLastMileRoutes(deps),
  ];
  const mounted: Route[] = [
    ...routes,
    ...makeRunEventRoutes(deps),
    ...compat,
    ...makeInboundWebhooks(deps, metrics),
    makeInboundToken(deps, metrics),
    ...docs,
  ];

  registerSecurity(registry);
  registerWebhooks(registry);
  for (const route of mounted) {
    registerRoute(registry, route);
    // One handler and no middleware: with a second one, Hono composes them anew for each request.
    app.on(route.method.toUpperCase(), [route.path], (c) => traced(c, route, () => pipeline.handle(c, route)));
  }

  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    return allowed.length === 0
      ? pipeline.refuse(c, makeRefusal('route.not_found', 'no such route'))
      : pipeline.refuse(c, makeRefusal('route.method', `this path takes ${allowed.join(', ')}`), {
          Allow: allowed.join(', '),
        });
  });
  app.onError((error, c) => pipeline.refuse(c, toShownFailure(error).failure));
  return app;
}

/** Whoever needs no key does not say what is traced. */
const traced = (c: Context<Env>, route: Route, answer: () => Promise<Response>): Promise<Response> => {
  const parent = route.scope === 'none' ? undefined : (c.env?.incoming?.headers ?? c.req.header())['traceparent'];
  const name = `${route.method.toUpperCase()} ${route.path}`;
  return withSpan({ name, kind: 'server', parent: typeof parent === 'string' ? parent : undefined }, async (span) => {
    const response = await answer();
    span.set({ 'http.response.status_code': response.status });
    return response;
  });
};

const methods = ['GET', 'POST', 'PATCH', 'DELETE'];
const allowedMethods = (app: OpenAPIHono<Env>, path: string): string[] =>
  methods.filter((method) => app.router.match(method, path)[0].length > 0);
