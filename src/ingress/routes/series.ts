import * as z from 'zod';
import { readSeries } from '../../store/series.ts';
import { ok } from '../answer.ts';
import { requireInstallation } from '../authenticate.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import { SeriesViewSchema, toSeriesView } from '../views/series-view.ts';

const getSeries = defineGlobalRoute({
  method: 'get',
  path: '/v1/metrics/series',
  summary: 'How the last hour, or the last day, went',
  description:
    'Of the whole installation: orders accepted, work that waits and how late it is, partners’ latency, deliveries. For the installation’s own key and for users of the console; a merchant’s key is refused unless it is an admin’s. For monitoring scrape `/metrics`.',
  tag: 'Operations',
  scope: 'read',
  query: z.strictObject({
    window: z
      .enum(['1h', '24h'])
      .default('1h')
      .meta({ description: 'Every 10 seconds for an hour, or every 5 minutes for a day' }),
  }),
  answers: { 200: { description: 'Oldest first', schema: SeriesViewSchema } },
  problems: ['auth.installation'],
  async handle({ deps, caller, query: { window } }) {
    requireInstallation(caller);
    return ok(toSeriesView(window, await readSeries(deps, window)));
  },
});

export const seriesRoutes: readonly Route[] = [getSeries];
