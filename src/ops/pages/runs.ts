import { html } from 'hono/html';
import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { IdSchema } from '../../domain/ids.ts';
import { runSources, runStatuses } from '../../domain/run.ts';
import { ConnectionViewSchema } from '../../ingress/views/connection-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { RunViewSchema, type RunView } from '../../ingress/views/run-view.ts';
import { holdsRole } from '../../store/users.ts';
import { definePage, type Html, type MerchantPageCall, type Page, type View } from '../define-page.ts';
import { showRate } from '../run/progress.ts';
import { kindWords, modeWords, showBar, showRunStatus, sourceWords, statusWords } from '../run/run-words.ts';
import { toCount } from '../show-amount.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

const QuerySchema = z.object({
  kind: z.enum(runKinds).optional().catch(undefined),
  source: z.enum(runSources).optional().catch(undefined),
  status: z.enum(runStatuses).optional().catch(undefined),
  connectionId: IdSchema('connection').optional().catch(undefined),
  cursor: IdSchema('run').optional().catch(undefined),
});
type Call = MerchantPageCall<unknown, z.infer<typeof QuerySchema>>;
type Names = ReadonlyMap<string, string>;

async function view(call: Call): Promise<View> {
  const { api, query } = call;
  const [page, connections] = await Promise.all([
    api.read('GET /v1/runs', PageSchema(RunViewSchema), { query }),
    api.read('GET /v1/connections', PageSchema(ConnectionViewSchema)),
  ]);
  const names = new Map(connections.data.map(({ id, name }) => [id, name]));
  const { cursor, ...filters } = query;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const body = html`<div class="head">
      <div><h1>Runs</h1></div>
      <div class="acts">
        ${holdsRole(call.user.role, 'operator') ? runKinds.map((kind) => html`<a class="button" href="${call.path}/upload/${kind}">Upload ${kindWords[kind].toLowerCase()}…</a>`) : ''}
      </div>
    </div>
    ${showFilters(call)}
    ${page.data.length > 0 ? showRuns(page.data, names, call) : isFiltered ? noneSo(call.path) : none}
    ${page.nextCursor === null ? '' : html`<a class="button" href="${olderLink(call, page.nextCursor)}">Older runs</a>`}`;
  return { title: 'Runs', body, ...(cursor === undefined ? { refreshSeconds: 5 } : {}) };
}

function olderLink({ path, query }: Call, cursor: string): string {
  const given = Object.entries({ ...query, cursor }).filter((pair): pair is [string, NonNullable<(typeof pair)[1]>] => pair[1] !== undefined); // prettier-ignore
  return `${path}?${new URLSearchParams(given).toString()}`;
}

const choice = (id: string, words: string, all: Readonly<Record<string, string>>, chosen: string | undefined): Html =>
  html`<div class="field">
    <label for="${id}">${words}</label>
    <select id="${id}" name="${id}" data-submits>
      <option value="">Any</option>
      ${Object.entries(all).map(([value, word]) => html`<option value="${value}" ${value === chosen ? html`selected` : ''}>${word}</option>`)}
    </select>
  </div>`;

const showFilters = ({ path, query: { kind, source, status, connectionId } }: Call): Html =>
  html`<form class="filters" action="${path}">
    ${connectionId === undefined ? '' : html`<input type="hidden" name="connectionId" value="${connectionId}" />`}
    ${choice('kind', 'Rows', kindWords, kind)} ${choice('source', 'Source', sourceWords, source)}
    ${choice('status', 'Status', statusWords, status)}
    <button class="button">Filter</button>
  </form>`;

const none = html`<div class="card empty">
  <h2>No runs yet</h2>
  <p>
    Upload a file above, send rows with <code>POST /v1/products</code> or <code>POST /v1/inventory</code>, or let
    Packline pull them from the OMS: its connection’s settings say how.
  </p>
</div>`;

const noneSo = (path: string): Html =>
  html`<div class="card empty">
    <h2>No run is like that</h2>
    <p>Nothing among the newest runs fits these filters. <a href="${path}">Show all runs</a></p>
  </div>`;

const showRuns = (runs: readonly RunView[], names: Names, { path, nowMs }: Call): Html =>
  showTable({
    caption: 'Runs, newest first',
    hidesCaption: true,
    heads: ['Run', 'Status', 'To', '#Rows', '#Rejected', '#Rows/s', 'Begun'],
    rows: runs.map((run) => showRun(run, names, path, nowMs)),
  });

const showRun = (run: RunView, names: Names, path: string, nowMs: number): Html =>
  html`<tr>
    <th scope="row">
      <a href="${path}/${run.id}">${kindWords[run.kind]}</a><br />
      <span class="quiet">${sourceWords[run.source]}, ${modeWords[run.mode]}</span>
    </th>
    <td>${showRunStatus(run)} ${run.status === 'running' ? showBar(run) : ''}</td>
    <td>${names.get(run.connectionId) ?? html`<span class="quiet">disconnected</span>`}</td>
    <td class="number">${toCount(run.counts.received)}</td>
    <td class="number">${run.counts.rejected === 0 ? '0' : html`<strong>${toCount(run.counts.rejected)}</strong>`}</td>
    <td class="number">${showRate(run)}</td>
    <td>${showTime(run.createdAt, nowMs)}</td>
  </tr>`;

const runs = definePage({
  path: '/runs',
  role: 'viewer',
  menu: 'Runs',
  query: QuerySchema,
  reads: ['GET /v1/runs', 'GET /v1/connections'],
  view,
});

export const runListPages: readonly Page[] = [runs];
