import { html } from 'hono/html';
import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { stockReconciliationModes } from '../../domain/stock-reconciliation.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import type { Api } from '../api.ts';
import type { Act, Html, PageCall } from '../define-page.ts';
import { kindWords } from '../run/run-words.ts';
import { toCount, toWords } from '../show-amount.ts';
import { showTime } from '../show-time.ts';

const FailureSchema = z.looseObject({ code: z.string(), detail: z.string() }).nullable();
const PullsSchema = z.looseObject({
  enabled: z.boolean(),
  waitingSkus: z.int(),
  full: z
    .looseObject({
      status: z.string(),
      startedAt: z.string(),
      endedAt: z.string().nullable(),
      skus: z.int(),
      productsRunId: z.string(),
      inventoryRunId: z.string(),
      failure: FailureSchema,
    })
    .nullable(),
});
const ReconciliationSchema = z.looseObject({
  id: z.string(),
  kind: z.enum(runKinds),
  mode: z.string(),
  status: z.string(),
  startedAt: z.string(),
  failure: FailureSchema,
  total: z.int(),
  compared: z.int(),
  different: z.int(),
  missing: z.int().nullable(),
  examples: z.array(z.record(z.string(), z.string())),
});

type Form = PageCall<unknown, unknown>['form'];
type Place = { api: Api; form: Form; connectionId: string; nowMs: number };

export const pull: Act = {
  name: 'pull',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/pulls',
  label: 'Read everything now',
  request: (_form, { connectionId = '' }) => ({ params: { connectionId } }),
  done: 'It is read, within the connection’s limits. Its two runs say what becomes of the rows.',
};

export const reconcile: Act = {
  name: 'reconcile',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/stock-reconciliations',
  label: 'Compare now',
  request: ({ kind, mode }, { connectionId = '' }) => ({ params: { connectionId }, body: { kind, mode } }),
  done: 'What the partner lists is compared with what it accepted, behind all other work.',
};

/** Products and stock that are read at an OMS. `runs` is where runs are shown. */
export async function showPulls({ api, form, connectionId, nowMs }: Place, runs: string): Promise<Html> {
  const request = { params: { connectionId } };
  const { enabled, waitingSkus, full } = await api.read(
    'GET /v1/connections/:connectionId/pulls',
    PullsSchema,
    request,
  );
  if (!enabled && full === null) return html``;
  const last =
    full === null
      ? html`<span class="quiet">never</span>`
      : html`${toWords(full.status)}, ${toCount(full.skus)} SKUs, begun ${showTime(full.startedAt, nowMs)}
          ${full.failure === null ? '' : html`<div><code>${full.failure.code}</code> ${full.failure.detail}</div>`}
          <div>
            <a href="${runs}/${full.productsRunId}">Run of products</a>,
            <a href="${runs}/${full.inventoryRunId}">run of stock</a>
          </div>`;
  return html`<section class="card">
    <h2>Pull of products and stock</h2>
    <dl class="facts">
      <dt>By its settings</dt>
      <dd>${enabled ? 'on' : 'off'}</dd>
      <dt>Changed, not read yet</dt>
      <dd>${toCount(waitingSkus)} SKUs</dd>
      <dt>Last complete read</dt>
      <dd>${last}</dd>
    </dl>
    ${enabled ? form(pull) : ''}
  </section>`;
}

const shownAtOnce = '5';

/** What a partner lists, compared with what it accepted. */
export async function showReconciliations({ api, form, connectionId, nowMs }: Place): Promise<Html> {
  const request = { params: { connectionId }, query: { limit: shownAtOnce } };
  const { data } = await api.read('GET /v1/connections/:connectionId/stock-reconciliations', PageSchema(ReconciliationSchema), request); // prettier-ignore
  return html`<section class="card">
    <h2>Is the stock there as it was sent?</h2>
    ${
      data.length === 0
        ? html`<p class="quiet">Nothing was compared yet.</p>`
        : html`<ul class="rules">
            ${data.map(
              (one) =>
                html`<li>
                  <div>
                    ${kindWords[one.kind]}, ${one.mode}: <strong>${toWords(one.status)}</strong>,
                    ${toCount(one.different)} of ${toCount(one.compared)}
                    differ${one.missing === null ? '' : `, ${toCount(one.missing)} are missing`}
                    <span class="quiet">${showTime(one.startedAt, nowMs)}</span>
                    ${one.failure === null ? '' : html`<div><code>${one.failure.code}</code> ${one.failure.detail}</div>`}
                    ${
                      one.examples.length === 0
                        ? ''
                        : html`<details>
                            <summary>Which differ</summary>
                            <ul>
                              ${one.examples.map((names) => html`<li class="id">${Object.values(names).join(' · ')}</li>`)}
                            </ul>
                          </details>`
                    }
                  </div>
                </li>`,
            )}
          </ul>`
    }
    ${form(reconcile, {
      fields: html`${choice(
        'kind',
        'Of',
        runKinds.toReversed().map((kind) => [kind, kindWords[kind]]),
      )}
      ${choice(
        'mode',
        'How much',
        stockReconciliationModes.toReversed().map((mode) => [mode, mode === 'full' ? 'All of it' : 'A sample']),
      )}`,
    })}
  </section>`;
}

const choice = (name: string, words: string, options: readonly (readonly [string, string])[]): Html =>
  html`<div class="field">
    <label for="compare-${name}">${words}</label>
    <select id="compare-${name}" name="${name}">
      ${options.map(([value, word]) => html`<option value="${value}">${word}</option>`)}
    </select>
  </div>`;
