import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { definePage, type Html, type Page } from '../define-page.ts';
import { OrderReportSchema, StockReportSchema, showReportState, type OrderReport } from '../reconciliation/reports.ts';
import { showFacts, showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { showFailure, showProblem, toName } from '../who-fixes.ts';

const back = (path: string): string => path.replace(/\/reconciliation\/.*$/, '/reconciliation');

const orders = definePage({
  path: '/reconciliation/orders/:reconciliationId',
  role: 'viewer',
  params: z.object({ reconciliationId: IdSchema('reconciliation') }),
  reads: ['GET /v1/reconciliations/:reconciliationId'],
  async view({ api, nowMs, params, path }) {
    const report = await api.read('GET /v1/reconciliations/:reconciliationId', OrderReportSchema, { params });
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${back(path)}">Reconciliation</a></p>
          <h1>Orders, compared with their partners</h1>
          <p>
            ${showReportState(report.status)}
            <span class="quiet">begun ${showTime(report.startedAt, nowMs)}, by ${report.cause}</span>
          </p>
        </div>
      </div>
      ${
        report.failed > 0 || report.unlisted.length > 0
          ? showProblem({
              title: 'Not everything could be looked at',
              detail: `Looks that failed: ${report.failed}. Lists that could not be read: ${report.unlisted.length}${report.unlisted.length === 0 ? '' : ` (${report.unlisted.map(({ code }) => code).join(', ')})`}. The issues under Attention say why.`,
              source: 'packline',
            })
          : ''
      }
      <div class="columns">
        <section class="card">
          <h2>What was looked at</h2>
          ${showFacts([
            ['Open orders', report.orders],
            ['Looks', report.reads],
            ['Agreed', report.agreed],
            ['Repaired', report.repaired],
            ['Failed', report.failed],
          ])}
        </section>
        <section class="card">
          <h2>Requests used</h2>
          ${report.requests.length === 0 ? html`<p class="quiet">None yet.</p>` : showFacts(report.requests.map(({ system, requests }) => [toName(system), requests] as const))}
        </section>
      </div>
      ${showRepairs(report, nowMs, back(path).replace(/reconciliation$/, 'orders'))}`;
    return { title: 'Reconciliation', body, refreshSeconds: report.status === 'running' ? 3 : 60 };
  },
});

const showRepairs = ({ repairs }: OrderReport, nowMs: number, ordersPath: string): Html =>
  showTable({
    caption: 'What was not as the partner has it',
    heads: ['Order', 'System', 'What', 'Was here', 'Is there', 'Done about it', 'When'],
    rows: repairs.map(
      ({ orderId, system, what, from, to, done, at }) =>
        html`<tr>
          <th scope="row">
            ${orderId === null ? html`<span class="quiet">no order</span>` : html`<a class="id" href="${ordersPath}/${orderId}">${orderId}</a>`}
          </th>
          <td>${toName(system)}</td>
          <td>${what}</td>
          <td>${from ?? ''}</td>
          <td>${to ?? ''}</td>
          <td>${done}</td>
          <td>${showTime(at, nowMs)}</td>
        </tr>`,
    ),
    empty: html`<h2>Nothing differs</h2>
      <p>What was looked at so far is at the partners as it is here.</p>`,
  });

const stockRead = 'GET /v1/connections/:connectionId/stock-reconciliations/:stockReconciliationId';

const stock = definePage({
  path: '/reconciliation/stock/:connectionId/:stockReconciliationId',
  role: 'viewer',
  params: z.object({
    connectionId: IdSchema('connection'),
    stockReconciliationId: IdSchema('stockReconciliation'),
  }),
  reads: [stockRead],
  async view({ api, nowMs, params, path }) {
    const report = await api.read(stockRead, StockReportSchema, { params });
    const names = Object.keys(report.examples[0] ?? {});
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${back(path)}">Reconciliation</a></p>
          <h1>${report.kind === 'inventory' ? 'Stock' : 'Products'}, compared with the partner’s list</h1>
          <p>
            ${showReportState(report.status)}
            <span class="quiet"
              >${report.mode === 'full' ? 'all of it' : 'a sample'}, begun ${showTime(report.startedAt, nowMs)}, by
              ${report.cause}</span
            >
          </p>
        </div>
      </div>
      ${report.failure === null ? '' : showFailure({ code: report.failure.code, detail: report.failure.detail, source: 'packline' })}
      <div class="columns">
        <section class="card">
          <h2>Rows</h2>
          ${showFacts([
            ['In the partner’s list', report.total],
            ['Looked at', report.listed],
            ['Compared', report.compared],
            ['The same', report.same],
            ['Drift', report.different],
            ['Not to be told', report.underWay === 0 ? null : `${report.underWay}, an upload was at work`],
          ])}
        </section>
        <section class="card">
          <h2>What is missing</h2>
          ${showFacts([
            ['In the target', report.missing ?? 'not known: not all of it was looked at'],
            ['In the source', `${report.foreign}, which were never sent from here`],
            ['Sent next time', report.forgotten],
            ['Requests used', report.requests],
          ])}
          <p class="quiet">Rows that differ or are missing there are sent when an upload has them next.</p>
        </section>
      </div>
      ${showTable({
        caption: 'Rows that differ, the first of them',
        heads: names,
        rows: report.examples.map(
          (row) =>
            html`<tr>
              ${names.map((name) => html`<td class="id">${row[name] ?? ''}</td>`)}
            </tr>`,
        ),
        empty: html`<h2>No drift</h2>
          <p>Every row that was compared is as it was accepted.</p>`,
      })}`;
    return { title: 'Stock reconciliation', body, refreshSeconds: report.status === 'running' ? 3 : 60 };
  },
});

export const reportPages: readonly Page[] = [orders, stock];
