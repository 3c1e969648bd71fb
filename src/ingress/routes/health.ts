import * as z from 'zod';
import { globalKeys } from '../../store/keys.ts';
import { ok } from '../answer.ts';
import { checkGeneration } from '../check-generation.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';

const tag = 'Operations';
const OkSchema = z.strictObject({ status: z.literal('ok') });
const readySeconds = 60;

const getLivez = defineGlobalRoute({
  method: 'get',
  path: '/livez',
  summary: 'Whether the process answers',
  tag,
  scope: 'none',
  answers: { 200: { description: 'It does', schema: OkSchema } },
  handle: async () => ok({ status: 'ok' }),
});

const getReadyz = defineGlobalRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Whether requests should be sent here',
  description: 'A write and a read of Redis. Nothing about workers: accepting is durable without them.',
  tag,
  scope: 'none',
  answers: { 200: { description: 'Ready', schema: OkSchema } },
  problems: ['packline.draining', 'redis.generation'],
  async handle({ deps }) {
    if (deps.draining()) throw makeRefusal('packline.draining', 'this process is ending');
    const written = String(deps.clock.now());
    await deps.redis.set(globalKeys.ready, written, 'EX', readySeconds);
    // Another process may have written meanwhile: what counts is that something comes back.
    if ((await deps.redis.get(globalKeys.ready)) === null) throw makeRefusal('redis.away', 'a write did not come back');
    await checkGeneration(deps);
    return ok({ status: 'ok' });
  },
});

const getMetrics = defineGlobalRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Metrics in Prometheus’ text format',
  description:
    'Of this process alone. They tell how a business goes, so the key of an admin is needed here; without a key each process serves them on `PACKLINE_METRICS_PORT`.',
  tag,
  scope: 'admin',
  // They are most wanted when Redis is away.
  checksGeneration: true,
  answers: { 200: { description: 'All of them', type: 'text/plain' } },
  handle: async ({ deps: { metrics } }) => ({
    status: 200,
    content: { type: metrics.contentType, data: await metrics.metrics() },
  }),
});

export const healthRoutes: readonly Route[] = [getLivez, getReadyz, getMetrics];
