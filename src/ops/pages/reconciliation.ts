import { html } from 'hono/html';
import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { stockReconciliationModes } from '../../domain/stock-reconciliation.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import type { Api } from '../api.ts';
import { definePage, type Act, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import {
  OrderReportSchema,
  StockReportSchema,
  showReportState,
  sumFound,
  type OrderReport,
  type StockReport,
} from '../reconciliation/reports.ts';
import { kindWords } from '../run/run-words.ts';
import { showSelect } from '../show-fields.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

type Call = MerchantPageCall<unknown, unknown>;

const repair: Act = {
  name: 'repair',
  role: 'operator',
  uses: 'POST /v1/reconciliations',
  label: 'Compare and repair now',
  request: () => ({}),
  done: 'Begun: every open order is read at its partners, and what differs is repaired. Its report grows below.',
};
const compare: Act = {
  name: 'compare',
  role: 'operator',
  uses: 'POST /v1/connections/:connectionId/stock-reconciliations',
  label: 'Compare now',
  request: ({ connectionId = '', kind = '', mode = '' }) => ({ params: { connectionId }, body: { kind, mode } }),
  done: 'Begun, behind all other work. Rows that differ are sent when they come next.',
};

/** What this page needs of a connection, and of what can be connected. */
const ConnectionSchema = z.looseObject({ id: z.string(), name: z.string(), connector: z.string() });
const ConnectorSchema = z.looseObject({ id: z.string(), capabilities: z.array(z.string()) });
type Connection = z.infer<typeof ConnectionSchema>;

const reportsPerConnection = '5';
async function readStock(api: Api): Promise<{ connection: Connection; reports: StockReport[] }[]> {
  const [{ data: connections }, { data: connectors }] = await Promise.all([
    api.read('GET /v1/connections', PageSchema(ConnectionSchema)),
    api.read('GET /v1/connectors', PageSchema(ConnectorSchema)),
  ]);
  const holders = new Set(connectors.filter((one) => one.capabilities.includes('catalog')).map(({ id }) => id));
  const holding = connections.filter(({ connector }) => holders.has(connector));
  return Promise.all(
    holding.map(async (connection) => {
      const request = { params: { connectionId: connection.id }, query: { limit: reportsPerConnection } };
      const operation = 'GET /v1/connections/:connectionId/stock-reconciliations';
      return { connection, reports: (await api.read(operation, PageSchema(StockReportSchema), request)).data };
    }),
  );
}

const page = definePage({
  path: '/reconciliation',
  menu: 'Reconciliation',
  role: 'viewer',
  reads: [
    'GET /v1/reconciliations',
    'GET /v1/connections',
    'GET /v1/connectors',
    'GET /v1/connections/:connectionId/stock-reconciliations',
  ],
  acts: [repair, compare],
  async view(call) {
    const { api, form, path } = call;
    const [{ data: reports }, stock] = await Promise.all([
      api.read('GET /v1/reconciliations', PageSchema(OrderReportSchema), { query: { limit: '10' } }),
      readStock(api),
    ]);
    const isRunning = reports[0]?.status === 'running';
    const body = html`<div class="head">
        <div>
          <h1>Reconciliation</h1>
          <p class="quiet">Whether Packline and its partners say the same, and what was put right.</p>
        </div>
        <div class="acts">
          ${isRunning ? html`<a class="button" href="${path}/orders/${reports[0]?.id ?? ''}">One is under way</a>` : form(repair)}
        </div>
      </div>
      ${showOrderReports(reports, call)}
      ${stock.map(({ connection, reports: own }) => showStockReports(connection, own, call))}
      ${stock.length === 0 ? noStock : ''}`;
    return { title: 'Reconciliation', body, refreshSeconds: isRunning ? 3 : 15 };
  },
});

const noStock = html`<div class="card empty">
  <h2>No products and stock to compare</h2>
  <p>Nothing is uploaded to any connection. Once one takes products and stock, what it lists is compared here.</p>
</div>`;

const showOrderReports = (reports: readonly OrderReport[], { path, nowMs }: Call): Html =>
  showTable({
    caption: 'Orders',
    heads: ['Begun', 'State', '#Orders', '#Reads that agreed', '#Repaired', '#Failed', 'Found'],
    rows: reports.map(
      (report) =>
        html`<tr>
          <th scope="row"><a href="${path}/orders/${report.id}">${showTime(report.startedAt, nowMs)}</a></th>
          <td>${showReportState(report.status)}</td>
          <td class="number">${report.orders}</td>
          <td class="number">${report.agreed}</td>
          <td class="number">${report.repaired}</td>
          <td class="number">${report.failed}</td>
          <td>${sumFound(report)}</td>
        </tr>`,
    ),
    empty: html`<h2>Orders were not compared yet</h2>
      <p>
        It happens by itself every day where partners are connected. To do it at once:
        <strong>Compare and repair now</strong> above, or <code>POST /v1/reconciliations</code>.
      </p>`,
  });

const wordsOf = (kind: string): string => Object.entries(kindWords).find(([one]) => one === kind)?.[1] ?? kind;

const showStockReports = (connection: Connection, reports: readonly StockReport[], { form, path, nowMs }: Call): Html =>
  html`${showTable({
      caption: html`Products and stock at ${connection.name}`,
      heads: ['Begun', 'What', 'State', '#Compared', '#Drift', '#Missing there', '#Missing here', '#Sent next time'],
      rows: reports.map(
        (report) =>
          html`<tr>
            <th scope="row">
              <a href="${path}/stock/${connection.id}/${report.id}">${showTime(report.startedAt, nowMs)}</a>
            </th>
            <td>${wordsOf(report.kind)}, ${report.mode === 'full' ? 'all of it' : 'a sample'}</td>
            <td>${showReportState(report.status)}</td>
            <td class="number">${report.compared}</td>
            <td class="number">${report.different}</td>
            <td class="number">${report.missing ?? html`<span class="quiet">not known</span>`}</td>
            <td class="number">${report.foreign}</td>
            <td class="number">${report.forgotten}</td>
          </tr>`,
      ),
      empty: html`<h2>${connection.name} was not compared yet</h2>
        <p>A part of its list is looked at every day. All of it at once: <strong>Compare now</strong> below.</p>`,
    })}
    <div class="filters">
      ${form(compare, {
        hidden: { connectionId: connection.id },
        fields: html`${showSelect({ name: 'kind', id: `kind-${connection.id}`, label: 'What', value: 'inventory', options: runKinds.map((one) => [one, kindWords[one]] as const) })}
        ${showSelect({ name: 'mode', id: `mode-${connection.id}`, label: 'How much', value: 'full', options: stockReconciliationModes.map((one) => [one, one === 'full' ? 'All of it' : 'A sample'] as const) })}`,
      })}
    </div>`;

export const reconciliationPages: readonly Page[] = [page];
