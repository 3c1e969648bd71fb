import { html } from 'hono/html';
import * as z from 'zod';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Act, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import { showFolded } from '../show-fields.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { newEndpointOf, showEndpointFields } from '../webhooks/endpoint-form.ts';
import {
  EndpointSchema,
  healthRead,
  readEndpointHealth,
  readLastTaken,
  showState,
  type Endpoint,
  type EndpointHealth,
} from '../webhooks/endpoint-state.ts';
import { showSecret } from '../show-secret.ts';

const NewSchema = z.looseObject({ id: z.string(), secret: z.string() });

const create: Act = {
  name: 'create',
  role: 'operator',
  uses: 'POST /v1/endpoints',
  label: 'Subscribe',
  request: (form) => ({ body: newEndpointOf(form) }),
  done: 'Subscribed.',
  shows(answer, { path }) {
    const { id, secret } = NewSchema.parse(answer);
    return showSecret({
      title: 'Subscribed. This is its signing secret, shown this once',
      secret,
      hint: html`Put it into the program that receives the events, then
        <a href="${path}/endpoints/${id}">send a test event</a>.`,
    });
  },
};

interface Shown {
  endpoint: Endpoint;
  health: EndpointHealth | null;
  lastTaken: string | null;
}

const webhooks = definePage({
  path: '/webhooks',
  menu: 'Webhooks',
  role: 'viewer',
  reads: ['GET /v1/endpoints', healthRead, 'GET /v1/deliveries'],
  acts: [create],
  async view(call) {
    const { api, form, path, nowMs, refusal } = call;
    const { data } = await api.read('GET /v1/endpoints', PageSchema(EndpointSchema));
    const shown = await Promise.all(
      data.map(async (endpoint): Promise<Shown> => {
        const [health, lastTaken] = await Promise.all([
          readEndpointHealth(api, endpoint.id),
          readLastTaken(api, endpoint.id),
        ]);
        return { endpoint, health, lastTaken };
      }),
    );
    const body = html`<div class="head">
        <div>
          <h1>Webhooks</h1>
          <p class="quiet">Where Packline tells your programs what happened.</p>
        </div>
        <div class="acts">
          <a class="button" href="${path}/deliveries">Deliveries</a>
          <a class="button" href="${path}/replays">Replays</a>
          ${showFolded('New endpoint…', form(create, { tone: 'primary', fields: showEndpointFields(null, refusal?.form) }), refusal !== undefined)}
        </div>
      </div>
      ${showStopped(shown, call)}
      ${showTable({
        caption: 'Endpoints',
        hidesCaption: true,
        heads: ['Endpoint', 'State', 'Last success', '#Failures', 'Events'],
        rows: shown.map((one) => showRow(one, path, nowMs)),
        empty: none,
      })}`;
    return { title: 'Webhooks', body, refreshSeconds: 10 };
  },
});

const none = html`<h2>No endpoint yet</h2>
  <p>
    Subscribe the URL of a program of yours to the events that it needs, with <strong>New endpoint…</strong> above or
    <code>POST /v1/endpoints</code>. Every event is signed, and tried again until it was taken.
  </p>`;

/** Above all else: to which ones nothing is sent. */
function showStopped(shown: readonly Shown[], { path }: MerchantPageCall<unknown, unknown>): Html {
  const stopped = shown.filter(({ endpoint }) => endpoint.status === 'disabled');
  if (stopped.length === 0) return html``;
  return html`<div
    class="notice ${stopped.some(({ endpoint }) => endpoint.disabledReason !== 'merchant') ? 'bad' : 'warn'}"
    role="status"
  >
    <strong>Nothing is sent to ${stopped.length === 1 ? 'one endpoint' : `${stopped.length} endpoints`}</strong>
    <ul>
      ${stopped.map(
        ({ endpoint: { id, url, disabledReason } }) =>
          html`<li>
            <a class="id" href="${path}/endpoints/${id}">${url}</a>
            <span class="quiet"
              >${disabledReason === 'merchant' ? 'You can enable it.' : 'Whoever runs it has to mend it first.'}</span
            >
          </li>`,
      )}
    </ul>
  </div>`;
}

const typesShown = 3;

function showRow({ endpoint, health, lastTaken }: Shown, path: string, nowMs: number): Html {
  const { id, url, description, eventTypes } = endpoint;
  const more = eventTypes.length - typesShown;
  return html`<tr>
    <th scope="row">
      <a class="id" href="${path}/endpoints/${id}">${url}</a>
      ${description === null ? '' : html`<br /><span class="quiet">${description}</span>`}
    </th>
    <td>${showState(endpoint, health)}</td>
    <td>${showTime(lastTaken, nowMs)}</td>
    <td class="number">${health?.failures ?? ''}</td>
    <td>
      ${eventTypes.length === 0 ? 'all' : eventTypes.slice(0, typesShown).map((one) => html`<code>${one}</code><br />`)}
      ${more > 0 ? html`<span class="quiet">and ${more} more</span>` : ''}
    </td>
  </tr>`;
}

export const webhookPages: readonly Page[] = [webhooks];
