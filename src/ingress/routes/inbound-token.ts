import * as z from 'zod';
import { carrierConnectors } from '../../connectors/carriers/registry.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { createInboundFinder, textHeaders } from '../find-inbound.ts';
import { makeRefusal } from '../problem.ts';
import type { RequestMetrics } from '../request-metrics.ts';

/**
 * `POST /in/{token}/oauth/token`: a carrier that asks us for a token first, and sends it with each hook (OAuth 2.0, client
 * credentials, RFC 6749 4.4). Answered in OAuth's own words.
 */
export function makeInboundToken(deps: IngressDeps, metrics: RequestMetrics): Route {
  const find = createInboundFinder(deps);
  return defineGlobalRoute({
    method: 'post',
    path: '/in/:token/oauth/token',
    summary: 'A token for a carrier’s webhooks',
    description: 'For carriers that ask for a token before they send: the answer is OAuth’s (RFC 6749, 4.4 and 5).',
    tag: 'Inbound webhooks',
    scope: 'none',
    params: z.strictObject({ token: z.string().min(1).max(200) }),
    rawBody: true,
    idempotency: 'none',
    checksGeneration: true,
    answers: {
      200: { description: 'A token', schema: z.looseObject({ access_token: z.string() }) },
      400: { description: 'Not a request for a token', schema: z.looseObject({ error: z.string() }) },
      401: { description: 'Not the client that this connection expects', schema: z.looseObject({ error: z.string() }) },
    },
    problems: ['webhook.token_unknown', 'webhook.throttled', 'secrets.cannot_open'],
    async handle({ params, bytes, headers, address, log }) {
      const { connection, connector, settings, refuse } = await find(params.token, address);
      const request = { headers: textHeaders(headers), body: bytes };
      const issued = carrierConnectors.get(connector.id)?.webhook?.issueToken?.(request, settings, deps.clock.now());
      if (issued === undefined) throw makeRefusal('webhook.token_unknown', 'no token is asked for here');
      const { status, body } = issued;
      if (status !== 200) {
        refuse();
        metrics.webhookRefused(connector.id, 'token_refused');
        log.warn({ connectionId: connection.id, connector: connector.id, status }, 'webhook.tokenRefused');
      }
      return { status, json: body };
    },
  });
}
