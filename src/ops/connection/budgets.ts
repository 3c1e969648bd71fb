import { html } from 'hono/html';
import type { BudgetView, HealthView } from '../../ingress/views/health-view.ts';
import type { Html } from '../define-page.ts';
import { toRate } from '../run/progress.ts';
import { toCount, toWords } from '../show-amount.ts';
import { toAge } from '../show-time.ts';
import { toLabel } from './settings-form.ts';

/** What the partner allows, how much of it is used now, and what waits for it. */
export const showBudgets = ({ budgets }: HealthView): Html => {
  // What is named first, then the rest.
  const all = Object.entries(budgets).toSorted(([a], [b]) => Number(a === 'default') - Number(b === 'default'));
  if (all.length === 0) return html``;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Budgets">
    <table>
      <caption>
        Budget
      </caption>
      <thead>
        <tr>
          <th scope="col">Calls for</th>
          <th scope="col">Used now</th>
          <th scope="col">Pace</th>
          <th scope="col" class="number">Being done</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col">Time left</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(([name, one]) => showBudget(name === 'default' ? (all.length === 1 ? 'All calls' : 'All else') : toLabel(name), one))}
      </tbody>
    </table>
  </div>`;
};

const showBudget = (words: string, budget: BudgetView): Html =>
  html`<tr>
    <th scope="row">${words}</th>
    <td>
      ${budget.windows.length === 0 ? html`<span class="quiet">not used yet</span>` : ''}
      ${budget.windows.map(({ used, calls, perMs }) => showUse(`in ${toSpan(perMs)}`, used, calls))}
      ${budget.atOnce === null ? '' : showUse('at once', budget.atOnce.used, budget.atOnce.max)}
    </td>
    <td>
      ${toRate(budget.callsPerSecond)} a second
      ${isSlowed(budget) ? html`<br /><span class="badge warn">of ${toRate(budget.limitPerSecond)}, after a 429</span>` : ''}
      ${budget.pausedMs > 0 ? html`<br /><span class="badge warn">asked to wait ${toAge(budget.pausedMs)}</span>` : ''}
    </td>
    <td class="number">${toCount(budget.inflight)}</td>
    <td class="number">${toCount(budget.waiting)}<br /><span class="quiet">${toQueue(budget.queue)}</span></td>
    <td>${budget.waiting === 0 ? '' : toAge(budget.etaMs)}</td>
  </tr>`;

const showUse = (words: string, used: number, max: number): Html =>
  html`<div class="use">
    ${toCount(Math.round(used))} of ${toCount(max)} ${words}
    <progress
      max="${max}"
      value="${used}"
      class="${used >= max * 0.9 ? 'full' : ''}"
      aria-label="Used ${words}"
    ></progress>
  </div>`;

/** More than the margin below the limit. */
const isSlowed = ({ callsPerSecond, limitPerSecond, marginPercent }: BudgetView): boolean =>
  callsPerSecond < (limitPerSecond / (1 + marginPercent / 100)) * 0.95;

const toSpan = (ms: number): string => (ms === 1_000 ? 'a second' : ms < 1_000 ? `${ms} ms` : toAge(ms));

const toQueue = (queue: BudgetView['queue']): string =>
  Object.entries(queue)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${toWords(name).toLowerCase()} ${toCount(count)}`)
    .join(', ');

/** The same in a cell of a list: the fullest window. */
export function showFullest({ budgets }: HealthView): Html {
  const windows = Object.values(budgets).flatMap(({ windows: all }) => all);
  const fullest = windows.toSorted((a, b) => b.used / b.calls - a.used / a.calls)[0];
  return fullest === undefined
    ? html``
    : html`<div class="use">
        ${toCount(Math.round(fullest.used))} of ${toCount(fullest.calls)} in ${toSpan(fullest.perMs)}
        <progress max="${fullest.calls}" value="${fullest.used}" aria-label="Budget used"></progress>
      </div>`;
}

export const countWaiting = ({ budgets }: HealthView): number =>
  Object.values(budgets).reduce((sum, { waiting }) => sum + waiting, 0);
