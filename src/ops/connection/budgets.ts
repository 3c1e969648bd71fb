import { html } from 'hono/html';
import type { BudgetView, HealthView } from '../../ingress/views/health-view.ts';
import type { Html } from '../define-page.ts';
import { toRate } from '../run/progress.ts';
import { toCount, toWords } from '../show-amount.ts';
import { toAge } from '../show-time.ts';
import { toLabel } from './settings-form.ts';

/** What the partner allows, how much of it is used now, and what waits for it. */
export const showBudgets = ({ budgets }: HealthView): Html => {
  const all = Object.entries(budgets);
  return all.length === 0
    ? html``
    : html`<div class="columns">${all.map(([name, one]) => showBudget(name, one))}</div>`;
};

const showBudget = (name: string, budget: BudgetView): Html =>
  html`<section class="card">
    <h2>Budget${name === 'default' ? '' : `: ${toLabel(name).toLowerCase()}`}</h2>
    ${budget.pausedMs > 0 ? html`<p><span class="badge warn">The partner asked us to wait ${toAge(budget.pausedMs)}</span></p>` : ''}
    ${budget.windows.map(({ used, calls, perMs }) => showUse(`calls in ${toSpan(perMs)}`, used, calls))}
    ${budget.atOnce === null ? '' : showUse('calls at once', budget.atOnce.used, budget.atOnce.max)}
    <dl class="facts">
      <dt>Pace</dt>
      <dd>
        ${toRate(budget.callsPerSecond)} calls a second
        ${isSlowed(budget) ? html`<span class="badge warn">of ${toRate(budget.limitPerSecond)}, after a 429</span>` : ''}
      </dd>
      <dt>Left free</dt>
      <dd>${budget.marginPercent} %</dd>
      <dt>Being done</dt>
      <dd>${toCount(budget.inflight)}</dd>
      <dt>Waiting</dt>
      <dd>
        ${toCount(budget.waiting)}
        <span class="quiet">${toQueue(budget.queue)}</span>
      </dd>
      <dt>Time left</dt>
      <dd>${budget.waiting === 0 ? html`<span class="quiet">nothing waits</span>` : toAge(budget.etaMs)}</dd>
    </dl>
  </section>`;

const showUse = (words: string, used: number, max: number): Html =>
  html`<div>${toCount(Math.round(used))} of ${toCount(max)} ${words}</div>
    <progress
      max="${max}"
      value="${used}"
      class="${used >= max * 0.9 ? 'full' : ''}"
      aria-label="Used: ${words}"
    ></progress>`;

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
    : html`<progress max="${fullest.calls}" value="${fullest.used}" aria-label="Budget used"></progress>`;
}

export const countWaiting = ({ budgets }: HealthView): number =>
  Object.values(budgets).reduce((sum, { waiting }) => sum + waiting, 0);
