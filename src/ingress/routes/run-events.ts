import { defineRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { createRunWatch } from '../runs/watch-runs.ts';
import { params, requireOwnRun, tag } from './runs.ts';

/** How far a run is, as it goes on. */
export function makeRunEventRoutes(deps: Pick<IngressDeps, 'draining'>): readonly Route[] {
  const watch = createRunWatch(deps);
  return [
    defineRoute({
      method: 'get',
      path: '/v1/runs/:runId/events',
      summary: 'Watch a run',
      description:
        'Server-sent events whose data is the run: `progress` at once and about once a second while something changes, `end` when it is over or has failed; then the stream ends. A comment every 15 seconds keeps the connection alive.',
      tag,
      scope: 'read',
      params,
      answers: { 200: { description: 'Events', type: 'text/event-stream' } },
      problems: ['run.not_found'],
      async handle({ store, merchantId, params: { runId } }) {
        const run = await requireOwnRun(store, merchantId, runId);
        // Proxies that collect answers would show nothing until the end.
        const headers = { 'X-Accel-Buffering': 'no' };
        return { status: 200, content: { type: 'text/event-stream', data: watch.follow(store, run) }, headers };
      },
    }),
  ];
}
