import { html } from 'hono/html';
import type * as z from 'zod';
import { CarriersSchema } from '../../ingress/routes/carriers.ts';
import { definePage, type Html, type Page } from '../define-page.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

type Carrier = z.infer<typeof CarriersSchema>['data'][number];

const page = definePage({
  path: '/carriers',
  menu: 'Carriers',
  role: 'viewer',
  reads: ['GET /v1/carriers'],
  async view({ api, nowMs, path }) {
    const { data } = await api.read('GET /v1/carriers', CarriersSchema);
    const connections = path.replace(/carriers$/, 'connections');
    const body = html`<div class="head">
        <div>
          <h1>Carriers</h1>
          <p class="quiet">Whether they can be asked where parcels are, and how often still today.</p>
        </div>
      </div>
      ${showTable({
        caption: 'Carriers that are asked',
        hidesCaption: true,
        heads: ['Carrier', 'State', '#Calls left today', 'New ones', 'Last answer', 'Last failure'],
        rows: data.map((one) => showRow(one, connections, nowMs)),
        empty: html`<h2>No carrier is connected</h2>
          <p>
            Parcels are followed once their carrier is <a href="${connections}">connected</a>, or tells of them itself
            by <code>POST /v1/tracking-events</code>.
          </p>`,
      })}`;
    return { title: 'Carriers', body, refreshSeconds: 10 };
  },
});

function showCircuit({ paused, circuit: { state, until } }: Carrier, nowMs: number): Html {
  if (paused) return html`<span class="badge warn">Paused</span>`;
  if (state === 'closed') return html`<span class="badge good">Asked</span>`;
  if (state === 'halfOpen') return html`<span class="badge warn">Tried again</span>`;
  return html`<span class="badge bad">Left alone</span>
    <span class="quiet">it failed too often; tried again ${showTime(until, nowMs)}</span>`;
}

const showRow = (carrier: Carrier, connections: string, nowMs: number): Html => {
  const { connectionId, connector, name, quota, lastSuccessAt, lastFailureAt, lastFailureCode } = carrier;
  return html`<tr>
    <th scope="row">
      <a href="${connections}/${connectionId}">${name}</a><br /><span class="quiet">${toName(connector)}</span>
    </th>
    <td>${showCircuit(carrier, nowMs)}</td>
    <td class="number">
      ${quota === null ? html`<span class="quiet">not counted</span>` : html`${quota.left} of ${quota.calls}`}
    </td>
    <td>${quota === null ? '' : showTime(quota.resetsAt, nowMs)}</td>
    <td>${showTime(lastSuccessAt, nowMs)}</td>
    <td>
      ${lastFailureAt === null ? '' : showTime(lastFailureAt, nowMs)}
      ${lastFailureCode === null ? '' : html`<br /><code>${lastFailureCode}</code>`}
    </td>
  </tr>`;
};

export const carrierPages: readonly Page[] = [page];
