import { html } from 'hono/html';
import * as z from 'zod';
import { AuditLineSchema } from '../../ingress/routes/audit.ts';
import { UserViewSchema } from '../../ingress/routes/users.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import type { Operation } from '../api.ts';
import { defineGlobalPage, type Html, type Page, type PageCall, type Stream } from '../define-page.ts';
import { linkTo } from '../page-link.ts';
import { filterText, showInput, showSelect } from '../show-fields.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

type Line = z.infer<typeof AuditLineSchema>;
type User = z.infer<typeof UserViewSchema>;

const QuerySchema = z.object({
  actor: filterText(64),
  merchantId: filterText(64),
  on: filterText(64),
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/)
    .optional()
    .catch(undefined),
});
type Filters = Omit<z.infer<typeof QuerySchema>, 'cursor'>;

/** The whole log, or what the filters leave of it, as a file. */
const makeExport = (name: string, uses: Operation): Stream => ({
  name,
  uses,
  request: (_params, query) => {
    const { cursor: _, ...filters } = QuerySchema.parse(query);
    return { query: filters };
  },
});
const csv = makeExport('audit.csv', 'GET /v1/audit.csv');
const ndjson = makeExport('audit.ndjson', 'GET /v1/audit.ndjson');

const audit = defineGlobalPage({
  path: '/audit',
  menu: 'Audit',
  role: 'admin',
  query: QuerySchema,
  reads: ['GET /v1/audit', 'GET /v1/users', csv.uses, ndjson.uses],
  streams: [csv, ndjson],
  async view(call) {
    const { api, path, query } = call;
    const { cursor, ...filters } = query;
    const [{ data, nextCursor }, { data: users }] = await Promise.all([
      api.read('GET /v1/audit', PageSchema(AuditLineSchema), { query }),
      api.read('GET /v1/users', PageSchema(UserViewSchema)),
    ]);
    const isFiltered = Object.values(filters).some((value) => value !== undefined);
    const body = html`<div class="head">
        <div>
          <h1>Audit</h1>
          <p class="quiet">Who did what, in the console, by key and by command, and what was refused.</p>
        </div>
        <div class="acts">
          ${[csv, ndjson].map(({ name }) => html`<a class="button" href="${linkTo(`${path}/${name}`, filters)}" download>${name.endsWith('csv') ? 'CSV' : 'NDJSON'}</a>`)}
        </div>
      </div>
      ${showFilters(call, filters, users)}
      ${showTable({
        caption: 'Acts, newest first',
        hidesCaption: true,
        heads: ['When', 'Who', 'Through', 'What', 'On', 'Outcome'],
        rows: data.map((line) => showLine(line, call, users)),
        empty: isFiltered
          ? html`<h2>No act is like that</h2>
              <p>Nothing in the log fits these filters. <a href="${path}">Show all acts</a></p>`
          : html`<h2>Nothing was done yet</h2>
              <p>Everything that people, keys and commands change or try to change is written down here.</p>`,
      })}
      ${nextCursor === null ? '' : html`<a class="button" href="${linkTo(path, { ...filters, cursor: nextCursor })}">Older acts</a>`}`;
    return { title: 'Audit', body, ...(cursor === undefined ? { refreshSeconds: 10 } : {}) };
  },
});

const showFilters = (
  { path, merchants }: PageCall<unknown, unknown>,
  { actor, merchantId, on }: Filters,
  users: readonly User[],
): Html =>
  html`<form class="filters" action="${path}">
    ${showSelect({
      name: 'actor',
      label: 'Who',
      value: actor,
      submits: true,
      options: [
        ['', 'Anybody'],
        ...users.map(({ id, name }) => [id, name] as const),
        // A key, or somebody who was removed: named in the address only.
        ...(actor === undefined || users.some(({ id }) => id === actor) ? [] : [[actor, actor] as const]),
      ],
    })}
    ${showSelect({
      name: 'merchantId',
      label: 'About merchant',
      value: merchantId,
      submits: true,
      options: [['', 'Any'], ...merchants.map(({ id, name }) => [id, name] as const)],
    })}
    ${showInput({ name: 'on', label: 'On this id', value: on, max: 64 })}
    <button class="button">Filter</button>
  </form>`;

const idsShown = 3;

function showLine(line: Line, { merchants, nowMs, path }: PageCall<unknown, unknown>, users: readonly User[]): Html {
  const { at, actor, through, operation, on, merchantId, status, code } = line;
  const merchant = merchants.find(({ id }) => id === merchantId);
  return html`<tr>
    <td>${showTime(at, nowMs)}</td>
    <th scope="row">
      <a href="${linkTo(path, { actor })}">${users.find(({ id }) => id === actor)?.name ?? actor}</a>
    </th>
    <td>${through}</td>
    <td>
      <code>${operation}</code
      >${merchantId === null ? '' : html`<br /><span class="quiet">${merchant?.name ?? merchantId}</span>`}
    </td>
    <td>
      ${on.slice(0, idsShown).map((id) => html`<a class="id" href="${linkTo(path, { on: id })}">${id}</a><br />`)}
      ${on.length > idsShown ? html`<span class="quiet">and ${on.length - idsShown} more</span>` : ''}
    </td>
    <td>
      ${status < 400 ? html`<span class="badge good">done</span>` : html`<span class="badge bad">${status}</span> <code>${code ?? ''}</code>`}
    </td>
  </tr>`;
}

export const auditPages: readonly Page[] = [audit];
