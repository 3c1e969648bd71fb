import { html } from 'hono/html';
import * as z from 'zod';
import { SeriesViewSchema, type SeriesView } from '../../ingress/views/series-view.ts';
import { assetPath } from '../assets.ts';
import { defineGlobalPage, type Html, type Page } from '../define-page.ts';
import { toName } from '../who-fixes.ts';

type Point = SeriesView['points'][number];
/** One chart: a line for each name, its values in the order of the points; null where nothing is known. */
interface Chart {
  title: string;
  unit: string;
  lines: readonly { name: string; values: readonly (number | null)[] }[];
  empty: string;
}

/** The largest; more lines than this nobody can tell apart. */
const linesMax = 6;
/** The table that is there without JavaScript has this many of the newest steps. */
const rowsShown = 24;

const namesIn = (points: readonly Point[], of: (point: Point) => Readonly<Record<string, unknown>>): string[] => [
  ...new Set(points.flatMap((point) => Object.keys(of(point)))),
];
const most = (values: readonly (number | null)[]): number => Math.max(0, ...values.map((value) => value ?? 0));

/** `known`: steps that were recorded and say nothing of a name have none of it. */
function linesOf(
  points: readonly Point[],
  of: (point: Point) => Readonly<Record<string, number>>,
  known: 'zero' | 'gap' = 'zero',
): Chart['lines'] {
  const none = known === 'zero' ? 0 : null;
  return namesIn(points, of)
    .map((name) => ({ name, values: points.map((point) => (point.recorded ? (of(point)[name] ?? none) : null)) }))
    .toSorted((a, b) => most(b.values) - most(a.values))
    .slice(0, linesMax)
    .filter(({ values }) => known === 'gap' || most(values) > 0);
}

const perPartner =
  (share: 'p50Seconds' | 'p95Seconds') =>
  ({ partners }: Point): Record<string, number> =>
    Object.fromEntries(Object.entries(partners).map(([id, partner]) => [toName(id), partner[share]]));

/** Percent of the attempts in a step that were delivered. */
const delivered = ({ deliveries }: Point): Record<string, number> => {
  const attempts = Object.values(deliveries).reduce((sum, count) => sum + count, 0);
  return attempts === 0 ? {} : { delivered: (100 * (deliveries['delivered'] ?? 0)) / attempts };
};

const toCharts = (points: readonly Point[]): Chart[] => [
  {
    title: 'Orders accepted',
    unit: 'per second',
    lines: [{ name: 'orders', values: points.map((point) => (point.recorded ? point.acceptedPerSecond : null)) }],
    empty: 'No order was accepted in this time.',
  },
  {
    title: 'Work that waits',
    unit: 'entries',
    lines: linesOf(points, ({ backlog }) => backlog),
    empty: 'No work waited.',
  },
  {
    title: 'Oldest work',
    unit: 'seconds overdue',
    lines: linesOf(points, ({ oldestSeconds }) => oldestSeconds),
    empty: 'No work was late.',
  },
  {
    title: 'Partners: slowest twentieth of calls',
    unit: 'seconds',
    lines: linesOf(points, perPartner('p95Seconds'), 'gap'),
    empty: 'No partner was called.',
  },
  {
    title: 'Webhooks delivered at once',
    unit: 'percent of attempts',
    lines: linesOf(points, delivered, 'gap'),
    empty: 'No event was to be delivered.',
  },
];

const overview = defineGlobalPage({
  path: '/overview',
  role: 'viewer',
  menu: 'Overview',
  query: z.object({ window: z.enum(['1h', '24h']).default('1h').catch('1h') }),
  reads: ['GET /v1/metrics/series'],
  async view({ api, query: { window }, path }) {
    const { points, stepSeconds } = await api.read('GET /v1/metrics/series', SeriesViewSchema, { query: { window } });
    // The step that is under way is not over: what it says would fall at every end.
    const over = points.slice(0, -1);
    const charts = toCharts(over);
    const isQuiet = !over.some(({ recorded }) => recorded);
    const body = html`<link rel="stylesheet" href="${assetPath('uplot.css')}" />
      <div class="head">
        <div>
          <h1>Overview</h1>
          <p class="quiet">Of all merchants. Times are UTC.</p>
        </div>
        <nav class="tabs" aria-label="Time shown">
          <a href="${path}" ${window === '1h' ? html`aria-current="page"` : ''}>Last hour</a>
          <a href="${path}?window=24h" ${window === '24h' ? html`aria-current="page"` : ''}>Last day</a>
        </nav>
      </div>
      ${isQuiet ? html`<p class="quiet">Nothing is recorded yet: the first numbers come after ${stepSeconds} seconds.</p>` : ''}
      <div class="charts" data-step="${stepSeconds}">${charts.map((chart) => showChart(chart, over, stepSeconds))}</div>
      <script src="${assetPath('uplot.js')}" defer></script>
      <script type="module" src="${assetPath('charts.js')}"></script>`;
    return { title: 'Overview', body };
  },
});

const toClock = (at: string): string => `${at.slice(11, 19)} UTC`;
const toShown = (value: number | null): string =>
  value === null ? '–' : value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

function showChart({ title, unit, lines, empty }: Chart, points: readonly Point[], stepSeconds: number): Html {
  const first = Date.parse(points[0]?.at ?? '1970-01-01T00:00:00Z') / 1_000;
  const data = JSON.stringify({ unit, first, stepSeconds, lines });
  const latest = lines.map(({ name, values }) => ({ name, value: values.findLast((value) => value !== null) ?? null }));
  const id = title.toLowerCase().replace(/[^a-z]+/g, '-');
  if (lines.every(({ values }) => most(values) === 0)) {
    return html`<section class="card chart" aria-labelledby="${id}">
      <h2 id="${id}">${title} <span class="quiet">${unit}</span></h2>
      <p class="quiet">${empty}</p>
    </section>`;
  }
  const newest = points.map(({ at }, row) => ({ at, row })).slice(-rowsShown).reverse(); // prettier-ignore
  return html`<section class="card chart" aria-labelledby="${id}">
    <h2 id="${id}">${title} <span class="quiet">${unit}</span></h2>
    <p class="quiet now">
      Now:
      ${latest.map(({ name, value }, at) => html`${at === 0 ? '' : ', '}${name} <strong>${toShown(value)}</strong>`)}
    </p>
    <div class="plot" data-chart="${data}" hidden></div>
    <details>
      <summary>As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${title}, the newest ${rowsShown} steps">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              ${lines.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${newest.map(
              ({ at, row }) =>
                html`<tr>
                  <th scope="row">${toClock(at)}</th>
                  ${lines.map(({ values }) => html`<td class="number">${toShown(values[row] ?? null)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

export const overviewPages: readonly Page[] = [overview];
