import { html } from 'hono/html';
import type { TimelineLine } from '../../store/orders.ts';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';
import { showMoment } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

/** Everything that happened to an order, newest first: what, in a line, and all that was written down. */
export const showStory = (timeline: readonly TimelineLine[], nowMs: number): Html =>
  html`<section class="card">
    <h2>Timeline</h2>
    <ol class="story">
      ${[...timeline].reverse().map((line) => showLine(line, nowMs))}
    </ol>
  </section>`;

const showLine = ({ at, what, detail = {} }: TimelineLine, nowMs: number): Html => {
  const line = html`${toWords(what.replace('.', ' ').replace(/([A-Z])/g, ' $1'))} ${summarize(what, detail)}`;
  return html`<li>
    <span class="quiet">${showMoment(at, nowMs)}</span>
    ${
      Object.keys(detail).length === 0
        ? html`<div>${line}</div>`
        : html`<details>
            <summary>${line}</summary>
            <pre tabindex="0">${JSON.stringify({ at, what, ...detail }, null, 2)}</pre>
          </details>`
    }
  </li>`;
};

const wordOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** The one fact that people look for in such a line. */
function summarize(what: string, detail: Readonly<Record<string, unknown>>): Html {
  const { oldStatus, newStatus, effect, tookMs, event, connector, move, code, attempt } = detail;
  if (newStatus !== undefined) {
    return html`<strong>${toWords(wordOf(oldStatus))} → ${toWords(wordOf(newStatus))}</strong>
      ${move === 'odd' ? html`<span class="badge warn">odd</span>` : ''}`;
  }
  if (what === 'call.answered') {
    return html`<code>${wordOf(effect)}</code>
      <span class="quiet">in ${wordOf(tookMs)} ms${attempt === 1 ? '' : `, attempt ${wordOf(attempt)}`}</span>`;
  }
  if (event !== undefined) return html`<code>${wordOf(event)}</code>`;
  if (code !== undefined) return html`<code>${wordOf(code)}</code>`;
  return connector === undefined ? html`` : html`<span class="quiet">to ${toName(wordOf(connector))}</span>`;
}
