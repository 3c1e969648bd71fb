import { html } from 'hono/html';
import { HealthSchema, type HealthView } from '../../ingress/views/health-view.ts';
import type { Api } from '../api.ts';
import type { Html } from '../define-page.ts';
import { toCount } from '../show-amount.ts';
import { showTime, toAge } from '../show-time.ts';

export const readHealth = (api: Api, connectionId: string): Promise<HealthView> =>
  api.read('GET /v1/connections/:connectionId/health', HealthSchema, { params: { connectionId } });

const states = { healthy: ['good', 'Healthy'], unhealthy: ['bad', 'Unhealthy'], paused: ['warn', 'Paused'] } as const;

/** The state in a word, and what of it a colour would not say. */
export function showState({ state, lastSuccessAt, circuit }: HealthView): Html {
  // Nobody has called it yet: nothing is known to be wrong, or right.
  const [tone, words] = state === 'healthy' && lastSuccessAt === null ? ['', 'Not used yet'] : states[state];
  return html`<span class="badge ${tone}">${words}</span>
    ${circuit !== null && circuit.state !== 'closed' ? html`<span class="badge bad">Left alone</span>` : ''}`;
}

const fact = (words: string, value: Html | string | null): Html =>
  value === null
    ? html``
    : html`<dt>${words}</dt>
        <dd>${value}</dd>`;

export const showHealth = (health: HealthView, nowMs: number): Html =>
  html`<section class="card">
    <h2>Health</h2>
    <dl class="facts">
      ${fact('Last success', showTime(health.lastSuccessAt, nowMs))}
      ${fact('Last failure', health.lastFailureAt === null ? html`<span class="quiet">none</span>` : html`${showTime(health.lastFailureAt, nowMs)} <code>${health.lastFailureCode}</code>`)}
      ${fact('Calls', showCalls(health.calls))} ${fact('Slow calls', showSlow(health.calls))}
      ${fact('Token', health.tokenAt === null ? null : html`lent ${showTime(health.tokenAt, nowMs)}; the next one is asked for by itself`)}
      ${fact('Key is wrong', health.unhealthySince === null ? null : html`since ${showTime(health.unhealthySince, nowMs)}: look at the settings`)}
      ${fact('Circuit', health.circuit === null ? null : showCircuit(health.circuit, nowMs))}
      ${fact('Hook', health.hookRegisteredAt === null ? null : html`registered ${showTime(health.hookRegisteredAt, nowMs)}`)}
      ${fact('Events', health.feedRegisteredAt === null ? null : html`queue registered ${showTime(health.feedRegisteredAt, nowMs)}`)}
      ${fact('Looked for', health.checkedAt === null ? null : showTime(health.checkedAt, nowMs))}
      ${fact('Made again', health.restoredAt === null ? null : html`${showTime(health.restoredAt, nowMs)}: the partner had dropped it`)}
    </dl>
  </section>`;

/** Share of failed calls from which on somebody should look. */
const failedPercentMax = 5;

/** `2.5 % of 120 failed`, as a warning where it is much; null where nothing was called. */
export function showFailed({ total, failed }: HealthView['calls']): Html | null {
  if (total === 0) return null;
  const percent = (100 * failed) / total;
  const words = `${percent === 0 ? '0' : percent.toFixed(percent < 10 ? 1 : 0)} %`;
  return percent < failedPercentMax ? html`${words}` : html`<span class="badge bad">${words}</span>`;
}

const showCalls = (calls: HealthView['calls']): Html => {
  const span = toAge(calls.windowSeconds * 1_000);
  return calls.total === 0
    ? html`<span class="quiet">none in ${span}</span>`
    : html`${toCount(calls.total)} in ${span}, ${showFailed(calls)} <span class="quiet">failed</span>`;
};

const showSlow = ({ p95Ms }: HealthView['calls']): string | null =>
  p95Ms === null ? null : `19 of 20 answered within ${toCount(p95Ms)} ms`;

const showCircuit = ({ state, until }: NonNullable<HealthView['circuit']>, nowMs: number): Html => {
  if (state === 'closed') return html`closed <span class="quiet">calls go out</span>`;
  if (state === 'halfOpen') return html`half open <span class="quiet">one call tries</span>`;
  return html`<strong>open</strong>
    <span class="quiet">it failed too often; a call tries ${showTime(until, nowMs)}</span>`;
};
