import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { Refused, type Api } from '../api.ts';
import { definePage, type Act, type Page } from '../define-page.ts';
import { showFacts } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { AttemptSchema, showAttempt } from '../webhooks/attempts.ts';
import { DeliverySchema, showDeliveryStatus } from '../webhooks/delivery-list.ts';
import { EndpointSchema, type Endpoint } from '../webhooks/endpoint-state.ts';

const replay: Act = {
  name: 'replay',
  role: 'operator',
  uses: 'POST /v1/deliveries/:deliveryId/replay',
  label: 'Send it again',
  request: (_form, { deliveryId = '' }) => ({ params: { deliveryId } }),
  done: 'The same event is on its way again, as this new delivery.',
  next: (answer) => `/webhooks/deliveries/${DeliverySchema.parse(answer).id}`,
};

/** Null when it was deleted: what was sent to it is still there. */
async function readEndpoint(api: Api, endpointId: string): Promise<Endpoint | null> {
  try {
    return await api.read('GET /v1/endpoints/:endpointId', EndpointSchema, { params: { endpointId } });
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.problem.status === 404) return null;
    throw thrown;
  }
}

const page = definePage({
  path: '/webhooks/deliveries/:deliveryId',
  role: 'viewer',
  params: z.object({ deliveryId: IdSchema('delivery') }),
  reads: ['GET /v1/deliveries/:deliveryId', 'GET /v1/deliveries/:deliveryId/attempts', 'GET /v1/endpoints/:endpointId'],
  acts: [replay],
  async view({ api, form, nowMs, path, params }) {
    const [delivery, { data: attempts }] = await Promise.all([
      api.read('GET /v1/deliveries/:deliveryId', DeliverySchema, { params }),
      api.read('GET /v1/deliveries/:deliveryId/attempts', PageSchema(AttemptSchema), { params }),
    ]);
    const endpoint = await readEndpoint(api, delivery.endpointId);
    const { id, eventId, endpointId, orderId, nextAttemptAt, parkedAt, createdAt } = delivery;
    const webhooks = path.replace(/\/deliveries\/[^/]+$/, '');
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${webhooks}">Webhooks</a> · <a href="${webhooks}/deliveries">Deliveries</a></p>
          <h1>${delivery.type}</h1>
          <p>
            ${showDeliveryStatus(delivery)}
            <span class="quiet"
              >${nextAttemptAt === null ? '' : html`Tried again ${showTime(nextAttemptAt, nowMs)}.`}</span
            >
          </p>
        </div>
        <div class="acts">
          ${endpoint === null ? '' : form(replay, { tone: delivery.status === 'failed' ? 'primary' : 'plain' })}
        </div>
      </div>
      ${endpoint?.status === 'disabled' ? html`<div class="notice warn" role="status">Nothing is sent to this endpoint now. <a href="${webhooks}/endpoints/${endpointId}">See why</a></div>` : ''}
      <section class="card">
        <h2>What, and where to</h2>
        ${showFacts([
          ['Delivery', html`<span class="id">${id}</span>`],
          ['Event', html`<span class="id">${eventId}</span>`],
          [
            'Endpoint',
            endpoint === null
              ? 'deleted'
              : html`<a class="id" href="${webhooks}/endpoints/${endpointId}">${endpoint.url}</a>`,
          ],
          [
            'Order',
            orderId === null
              ? null
              : html`<a class="id" href="${webhooks.replace(/webhooks$/, 'orders')}/${orderId}">${orderId}</a>`,
          ],
          ['Made', showTime(createdAt, nowMs)],
          ['Others pass it since', parkedAt === null ? null : showTime(parkedAt, nowMs)],
        ])}
      </section>
      <section class="card">
        <h2>Attempts, newest first</h2>
        ${
          attempts.length === 0
            ? html`<p class="quiet">None yet: it waits for its turn.</p>`
            : html`<ol class="story">
                ${[...attempts].reverse().map((one) => showAttempt(one, nowMs))}
              </ol>`
        }
      </section>`;
    return { title: delivery.type, body, refreshSeconds: delivery.status === 'pending' ? 3 : 30 };
  },
});

export const deliveryPages: readonly Page[] = [page];
