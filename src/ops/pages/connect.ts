import { html } from 'hono/html';
import * as z from 'zod';
import { ConnectionViewSchema, type ConnectionView } from '../../ingress/views/connection-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { kindWords, readConnectors, type ConnectorView } from '../connection/connector-list.ts';
import { readSettings, showSettingsFields } from '../connection/settings-form.ts';
import { showSteps } from '../connection/steps.ts';
import { definePage, type Act, type Html, type Page } from '../define-page.ts';
import { showProblem } from '../who-fixes.ts';

const kinds = ['oms', 'fulfilment', 'carrier', 'lastMile'] as const;
const kindHints: Readonly<Record<(typeof kinds)[number], string>> = {
  oms: 'Where orders come from',
  fulfilment: 'Who picks, packs and delivers them',
  carrier: 'Who carries parcels, and says where they are',
  lastMile: 'Platforms that hand deliveries out',
};

const choose = definePage({
  path: '/connections/new',
  role: 'operator',
  reads: ['GET /v1/connectors'],
  async view({ api, path }) {
    const all = await readConnectors(api);
    const body = html`<div class="head"><h1>Connect</h1></div>
      ${showSteps('Choose')} ${kinds.map((kind) => showKind(kind, all, path))}`;
    return { title: 'Connect', body };
  },
});

const showKind = (kind: (typeof kinds)[number], all: readonly ConnectorView[], path: string): Html =>
  html`<section class="card">
    <h2>${kindWords[kind]}</h2>
    <p class="quiet">${kindHints[kind]}</p>
    <ul class="choices">
      ${all.filter((one) => one.kind === kind).map(({ id, title }) => html`<li><a class="button" href="${path}/${id}">${title}</a></li>`)}
    </ul>
  </section>`;

const CreatedSchema = z.looseObject({ id: z.string() });
const RoutingSchema = z.array(z.record(z.string(), z.array(z.string())));

const connect: Act = {
  name: 'connect',
  role: 'operator',
  uses: 'POST /v1/connections',
  label: 'Connect',
  request: (form, { connector = '' }) => ({
    body: {
      connector,
      name: (form['name'] ?? '').trim(),
      settings: readSettings(form, { patch: false }),
      ...(form['routing'] === undefined
        ? {}
        : { routing: RoutingSchema.catch([]).parse(parseRouting(form['routing'])) }),
    },
  }),
  done: 'It is saved. Its secrets are sealed and not shown again.',
  next: (answer) => `/connections/${CreatedSchema.parse(answer).id}/test`,
};

/** What the form itself offered. */
function parseRouting(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return [];
  }
}

const paste = definePage({
  path: '/connections/new/:connector',
  role: 'operator',
  params: z.object({ connector: z.string() }),
  reads: ['GET /v1/connectors', 'GET /v1/connections'],
  acts: [connect],
  async view({ api, form, params, refusal, path }) {
    const [connectors, connections] = await Promise.all([
      readConnectors(api),
      api.read('GET /v1/connections', PageSchema(ConnectionViewSchema)),
    ]);
    const connector = connectors.find(({ id }) => id === params.connector);
    if (connector === undefined) {
      const detail = 'There is no such connector.';
      return { title: 'Connect', body: showProblem({ title: 'Nothing to connect', detail, source: 'you' }) };
    }
    const fields = html`<div class="field">
        <label for="name">Name</label>
        <input
          id="name"
          name="name"
          value="${refusal?.form['name'] ?? connector.title}"
          maxlength="120"
          required
          autocomplete="off"
        />
        <small>As people here call it</small>
      </div>
      ${showSettingsFields({ schema: connector.settings, filled: refusal?.form, errors: refusal?.problem.errors })}
      ${connector.kind === 'fulfilment' ? showRouting(connections.data, refusal?.form['routing']) : ''}`;
    const body = html`<div class="head"><h1>Connect ${connector.title}</h1></div>
      ${showSteps('Paste')}
      <section class="card form">${form(connect, { fields, tone: 'primary' })}</section>
      <a href="${path.replace(/\/[^/]+$/, '')}">Choose another</a>`;
    return { title: `Connect ${connector.title}`, body };
  },
});

/** Which orders go there, as far as most need to say; the rest is said on its page. */
function showRouting(connections: readonly ConnectionView[], chosen = '[{}]'): Html {
  const sources = connections.filter(({ kind }) => kind === 'oms').map(({ id, name }) => [JSON.stringify([{ connections: [id] }]), `Those of ${name}`] as const); // prettier-ignore
  const options = [['[{}]', 'All'], ...sources, ['[]', 'None yet']] as const;
  return html`<div class="field">
    <label for="routing">Orders that it takes</label>
    <select id="routing" name="routing">
      ${options.map(([value, words]) => html`<option value="${value}" ${value === chosen ? html`selected` : ''}>${words}</option>`)}
    </select>
  </div>`;
}

export const connectPages: readonly Page[] = [choose, paste];
