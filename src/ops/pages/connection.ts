import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ConnectionViewSchema, type ConnectionView } from '../../ingress/views/connection-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { holdsRole, type User } from '../../store/users.ts';
import { showBudgets } from '../connection/budgets.ts';
import { pull, reconcile, showPulls, showReconciliations } from '../connection/catalogue.ts';
import { disconnect, pause, resume, test } from '../connection/connection-acts.ts';
import { kindWords } from '../connection/connector-list.ts';
import { readHealth, showHealth, showState } from '../connection/health.ts';
import { route, showRouting } from '../connection/routing.ts';
import { toLabel } from '../connection/settings-form.ts';
import { definePage, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

const params = z.object({ connectionId: IdSchema('connection') });
type Call = MerchantPageCall<z.infer<typeof params>, unknown>;

const page = definePage({
  path: '/connections/:connectionId',
  role: 'viewer',
  params,
  reads: [
    'GET /v1/connections',
    'GET /v1/connections/:connectionId',
    'GET /v1/connections/:connectionId/health',
    'GET /v1/connections/:connectionId/pulls',
    'GET /v1/connections/:connectionId/stock-reconciliations',
  ],
  acts: [test, pause, resume, disconnect, route, pull, reconcile],
  async view(call) {
    const { api, form, nowMs, path, merchant, user } = call;
    const { connectionId } = call.params;
    const [connection, { data: connections }, health] = await Promise.all([
      api.read('GET /v1/connections/:connectionId', ConnectionViewSchema, { params: call.params }),
      api.read('GET /v1/connections', PageSchema(ConnectionViewSchema)),
      readHealth(api, connectionId),
    ]);
    const place = { api, form, connectionId, nowMs };
    const catalogue =
      connection.kind === 'oms'
        ? await showPulls(place, `/ops/m/${merchant.id}/runs`)
        : connection.kind === 'fulfilment'
          ? await showReconciliations(place)
          : html``;
    const body = html`<div class="head">
        <div>
          <p class="quiet">${kindWords[connection.kind]}: ${toName(connection.connector)}</p>
          <h1>${connection.name}</h1>
          <p>${showState(health)}</p>
        </div>
        ${showActs(call, connection)}
      </div>
      ${showBudgets(health)}
      <div class="columns">
        ${showHealth(health, nowMs)} ${showRouting({ connection, connections, form })} ${catalogue}
        ${showSettings(connection, { path, user, nowMs })}
      </div>`;
    return { title: connection.name, body, refreshSeconds: 5 };
  },
});

const showActs = ({ form, path, user }: Call, { paused, name }: ConnectionView): Html =>
  html`<div class="acts">
    ${form(test, { tone: 'primary' })} ${paused ? form(resume, { tone: 'primary' }) : form(pause)}
    ${holdsRole(user.role, 'operator') ? html`<a class="button" href="${path}/settings">Settings</a>` : ''}
    <details>
      <summary class="button">Disconnect…</summary>
      <div class="card">
        <p>${name} gets and tells nothing more. Its settings are gone; work that still needs it becomes an issue.</p>
        ${form(disconnect, { tone: 'danger' })}
      </div>
    </details>
  </div>`;

const showSettings = (
  { id, settings, secretsConfigured, webhookUrl, createdAt, updatedAt }: ConnectionView,
  { path, user, nowMs }: { path: string; user: User; nowMs: number },
): Html =>
  html`<section class="card">
    <h2>Settings</h2>
    <dl class="facts">
      <dt>Packline’s id</dt>
      <dd class="id">${id}</dd>
      <dt>Made</dt>
      <dd>${showTime(createdAt, nowMs)}</dd>
      <dt>Changed</dt>
      <dd>${showTime(updatedAt, nowMs)}</dd>
      ${secretsConfigured.map(
        (name) =>
          html`<dt>${toLabel(name)}</dt>
            <dd><span class="quiet">set, and not shown again</span></dd>`,
      )}
    </dl>
    <details>
      <summary>All settings</summary>
      <pre tabindex="0">${JSON.stringify(settings, null, 2)}</pre>
    </details>
    ${webhookUrl !== null && holdsRole(user.role, 'operator') ? html`<p><a href="${path}/webhooks">Webhooks</a></p>` : ''}
  </section>`;

export const connectionPages: readonly Page[] = [page];
