import { html } from 'hono/html';
import * as z from 'zod';
import type { Html } from '../define-page.ts';
import { showFacts } from '../show-table.ts';
import { showMoment } from '../show-time.ts';
import { whoFixes } from '../who-fixes.ts';

const HeadersSchema = z.record(z.string(), z.string()).nullable().default(null);
const ms = z.number().nullable();

/** What this page needs of an attempt; it may have more. */
export const AttemptSchema = z.looseObject({
  at: z.string(),
  attempt: z.int(),
  outcome: z.string(),
  failure: z.string().nullable().default(null),
  requestHeaders: HeadersSchema,
  responseStatus: z.int().nullable(),
  responseHeaders: HeadersSchema,
  responseBody: z.string().nullable(),
  retryAfterMs: ms.default(null),
  timings: z
    .looseObject({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, totalMs: z.number() })
    .nullable()
    .default(null),
});
export type Attempt = z.infer<typeof AttemptSchema>;

const phases = [
  ['dnsMs', 'Name'],
  ['connectMs', 'Connect'],
  ['tlsMs', 'TLS'],
  ['firstByteMs', 'First byte'],
  ['totalMs', 'Whole'],
] as const;

const showTimings = (timings: Attempt['timings']): Html | null =>
  timings === null
    ? null
    : html`<dl class="phases">
        ${phases.map(([name, words]) => {
          const took = timings[name];
          return html`<div>
            <dt>${words}</dt>
            <dd>${took === null ? html`<span class="quiet">none</span>` : `${Math.round(took)} ms`}</dd>
          </div>`;
        })}
      </dl>`;

const showPart = (words: string, text: string | null, note: string): Html =>
  text === null || text === ''
    ? html``
    : html`<details>
        <summary>${words} <span class="quiet">${note}</span></summary>
        <pre tabindex="0">${text}</pre>
      </details>`;

const toLines = (headers: Attempt['requestHeaders']): string | null =>
  headers === null ? null : Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n'); // prettier-ignore

/** How it ended, in a word: the status that was answered, or the class of what failed. */
export const showOutcome = ({ outcome, responseStatus, failure }: Attempt): Html =>
  outcome === 'delivered'
    ? html`<span class="badge good">${responseStatus ?? 'Delivered'}</span>`
    : html`<span class="badge bad">${responseStatus ?? failure ?? 'Failed'}</span>`;

/** Whose turn it is: what we refuse to dial, or could not read, is no fault of the receiver's. */
const fixer = ({ outcome }: Attempt): string =>
  /^(?:egress|endpoint)\./.test(outcome)
    ? `${whoFixes('you')}: see the endpoint’s URL and state.`
    : 'Whoever runs the endpoint has to fix this.';

/** All that is known of one try. */
export const showAttempt = (attempt: Attempt, nowMs: number): Html =>
  html`<li>
    <div>
      <strong>Attempt ${attempt.attempt}</strong><br /><span class="quiet">${showMoment(attempt.at, nowMs)}</span>
    </div>
    <div>
      <p>
        ${showOutcome(attempt)} ${attempt.outcome === 'delivered' ? '' : html`<code>${attempt.outcome}</code>`}
        ${attempt.failure === null ? '' : html`<span class="quiet">${attempt.failure}</span>`}
      </p>
      ${attempt.outcome === 'delivered' ? '' : html`<p class="quiet">${fixer(attempt)}</p>`}
      ${attempt.retryAfterMs === null ? '' : showFacts([['Asked to wait', `${Math.round(attempt.retryAfterMs / 1000)} s`]])}
      ${showTimings(attempt.timings)}
      ${showPart('Request headers', toLines(attempt.requestHeaders), 'signatures and your own values masked')}
      ${showPart('Response headers', toLines(attempt.responseHeaders), '')}
      ${showPart('Response body', attempt.responseBody, 'its beginning')}
    </div>
  </li>`;
