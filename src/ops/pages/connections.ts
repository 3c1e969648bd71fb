import { html } from 'hono/html';
import { ConnectionViewSchema, type ConnectionView } from '../../ingress/views/connection-view.ts';
import type { HealthView } from '../../ingress/views/health-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { holdsRole } from '../../store/users.ts';
import { countWaiting, showFullest } from '../connection/budgets.ts';
import { kindWords } from '../connection/connector-list.ts';
import { readHealth, showFailed, showState } from '../connection/health.ts';
import { definePage, type Html, type Page } from '../define-page.ts';
import { toCount } from '../show-amount.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

const connections = definePage({
  path: '/connections',
  role: 'viewer',
  menu: 'Connections',
  reads: ['GET /v1/connections', 'GET /v1/connections/:connectionId/health'],
  async view({ api, path, nowMs, user }) {
    const { data } = await api.read('GET /v1/connections', PageSchema(ConnectionViewSchema));
    const all = await Promise.all(data.map(async (connection) => ({ connection, health: await readHealth(api, connection.id) }))); // prettier-ignore
    const body = html`<div class="head">
        <div><h1>Connections</h1></div>
        ${holdsRole(user.role, 'operator') ? html`<a class="button primary" href="${path}/new">Connect…</a>` : ''}
      </div>
      ${all.length === 0 ? none : showTable(all, path, nowMs)}`;
    return { title: 'Connections', body, refreshSeconds: 10 };
  },
});

const none = html`<div class="card empty">
  <h2>Nothing is connected yet</h2>
  <p>
    Connect the OMS that orders come from, then the system that picks and delivers them. Carriers are asked for parcels
    that are theirs.
  </p>
</div>`;

const showTable = (
  all: readonly { connection: ConnectionView; health: HealthView }[],
  path: string,
  nowMs: number,
): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Connections">
    <table>
      <caption class="unseen">
        Connections, in the order in which routing asks them
      </caption>
      <thead>
        <tr>
          <th scope="col">Connection</th>
          <th scope="col">What it is</th>
          <th scope="col">Health</th>
          <th scope="col">Last success</th>
          <th scope="col">Last failure</th>
          <th scope="col" class="number">Failed, 15 min</th>
          <th scope="col" class="number">p95, ms</th>
          <th scope="col">Budget used</th>
          <th scope="col" class="number">Waiting</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          ({ connection: { id, name, connector, kind }, health }) =>
            html`<tr>
              <th scope="row">
                <a href="${path}/${id}">${name}</a><br /><span class="quiet">${toName(connector)}</span>
              </th>
              <td>${kindWords[kind]}</td>
              <td>${showState(health)}</td>
              <td>${showTime(health.lastSuccessAt, nowMs)}</td>
              <td>
                ${health.lastFailureAt === null ? '' : html`${showTime(health.lastFailureAt, nowMs)}<br /><code>${health.lastFailureCode}</code>`}
              </td>
              <td class="number">${showFailed(health.calls) ?? ''}</td>
              <td class="number">${health.calls.p95Ms === null ? '' : toCount(health.calls.p95Ms)}</td>
              <td>${showFullest(health)}</td>
              <td class="number">${toCount(countWaiting(health))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

export const connectionListPages: readonly Page[] = [connections];
