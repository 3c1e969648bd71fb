import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { isTerminal } from '../../domain/order-status.ts';
import { OrderViewSchema, type OrderView } from '../../ingress/views/order-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { ShipmentViewSchema, type ShipmentView } from '../../ingress/views/shipment-view.ts';
import { holdsRole } from '../../store/users.ts';
import { Refused, type Api } from '../api.ts';
import { definePage, type Act, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import { showDelivery, showOms, showPickAndPack } from '../order/ladders.ts';
import { PicksSchema, showPicks } from '../order/picks.ts';
import { showStatus } from '../order/status-badge.ts';
import { showStory } from '../order/story.ts';
import { toAmount } from '../show-amount.ts';
import { showTime, toAge } from '../show-time.ts';
import { showFailure, toName } from '../who-fixes.ts';

const params = z.object({ orderId: IdSchema('order') });
type Call = MerchantPageCall<z.infer<typeof params>, unknown>;

const RetriedSchema = z.looseObject({ revived: z.int(), resubmitted: z.boolean() });

const retry: Act = {
  name: 'retry',
  role: 'operator',
  uses: 'POST /v1/orders/:orderId/retry',
  label: 'Retry what failed',
  request: (_form, { orderId = '' }) => ({ params: { orderId } }),
  done(answer) {
    const { revived, resubmitted } = RetriedSchema.parse(answer);
    if (revived > 0) return `${revived} failed ${revived === 1 ? 'job is' : 'jobs are'} tried again now.`;
    return resubmitted ? 'The order is sent to its fulfilment system again.' : 'Nothing of this order had failed.';
  },
};
const resync: Act = {
  name: 'resync',
  role: 'operator',
  uses: 'POST /v1/orders/:orderId/resync',
  label: 'Read anew',
  request: (_form, { orderId = '' }) => ({ params: { orderId } }),
  done: 'The order is read again at its fulfilment system and its OMS. What is new appears here.',
};
const cancel: Act = {
  name: 'cancel',
  role: 'operator',
  uses: 'POST /v1/orders/:orderId/cancel',
  label: 'Cancel the order',
  request: ({ reason = '' }, { orderId = '' }) => ({
    params: { orderId },
    body: reason.trim() === '' ? {} : { reason: reason.trim() },
  }),
  done: 'Cancellation was asked for. The fulfilment system decides whether it is too late.',
};

const TimelineSchema = PageSchema(
  z.looseObject({ at: z.string(), what: z.string(), detail: z.record(z.string(), z.unknown()).default({}) }),
);

/** Null where the fulfilment system, which is asked for them, does not answer: the rest of the page is needed then most. */
async function readShipments(api: Api, orderId: string): Promise<ShipmentView[] | null> {
  try {
    const request = { params: { orderId } };
    return (await api.read('GET /v1/orders/:orderId/shipments', PageSchema(ShipmentViewSchema), request)).data;
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.problem.status !== 404) return null;
    throw thrown;
  }
}

const page = definePage({
  path: '/orders/:orderId',
  role: 'viewer',
  params,
  reads: [
    'GET /v1/orders/:orderId',
    'GET /v1/orders/:orderId/timeline',
    'GET /v1/orders/:orderId/picked-items',
    'GET /v1/orders/:orderId/shipments',
  ],
  acts: [retry, resync, cancel],
  async view(call) {
    const { api, nowMs, params: given } = call;
    const request = { params: given };
    const [order, { data: timeline }, picks, shipments] = await Promise.all([
      api.read('GET /v1/orders/:orderId', OrderViewSchema, request),
      api.read('GET /v1/orders/:orderId/timeline', TimelineSchema, request),
      api.read('GET /v1/orders/:orderId/picked-items', PicksSchema, request),
      readShipments(api, given.orderId),
    ]);
    const body = html`${showHead(call, order)}
      ${order.problems.map(({ code, detail, source }) => showFailure({ code, detail, source }))}
      <div class="columns">
        ${showOms(order, timeline, nowMs)} ${showPickAndPack(order, timeline, nowMs)}
        ${showDelivery(order, timeline, shipments, nowMs)}
      </div>
      ${showPicks(order, picks)}
      <div class="columns">${showFacts(order, nowMs)} ${showPerson(call, order)}</div>
      ${showStory(timeline, nowMs)}`;
    return { title: `Order ${order.externalId}`, body, refreshSeconds: isTerminal(order.status) ? 30 : 5 };
  },
});

/** Whose turn it is, and for how long. */
function waitsFor({ status, connections: { fulfilment } }: OrderView, updatedAt: string, nowMs: number): string {
  if (isTerminal(status)) return 'At its end.';
  const since = toAge(nowMs - Date.parse(updatedAt));
  if (fulfilment === null) return `No fulfilment system has it, for ${since}.`;
  return `Waits for ${toName(fulfilment.connector)}; last news ${since} ago.`;
}

const showHead = ({ form, nowMs }: Call, order: OrderView): Html =>
  html`<div class="head">
    <div>
      <p class="quiet">Order</p>
      <h1>${order.externalId}</h1>
      <p>${showStatus(order)} <span class="quiet">${waitsFor(order, order.updatedAt, nowMs)}</span></p>
    </div>
    <div class="acts">
      ${form(retry, { tone: order.problems.length > 0 ? 'primary' : 'plain' })}
      ${order.connections.fulfilment === null ? '' : form(resync)} ${isTerminal(order.status) ? '' : showCancel(form)}
    </div>
  </div>`;

const showCancel = (form: Call['form']): Html =>
  html`<details>
    <summary class="button">Cancel…</summary>
    <div class="card">
      ${form(cancel, {
        tone: 'danger',
        fields: html`<div class="field">
          <label for="reason">Reason, shown to all; name no person</label>
          <input id="reason" name="reason" maxlength="200" autocomplete="off" />
        </div>`,
      })}
    </div>
  </details>`;

const showFacts = (order: OrderView, nowMs: number): Html =>
  html`<section class="card">
    <h2>Order</h2>
    <dl class="facts">
      <dt>Packline’s id</dt>
      <dd class="id">${order.id}</dd>
      ${
        order.connections.fulfilment === null
          ? ''
          : html`<dt>Partner’s id</dt>
              <dd class="id">
                ${order.connections.fulfilment.partnerOrderId ?? order.connections.fulfilment.externalRef}
              </dd>`
      }
      <dt>Store</dt>
      <dd>${order.storeLocationId}</dd>
      <dt>Window</dt>
      <dd>
        ${order.window.from.slice(0, 16).replace('T', ' ')} to ${order.window.to.slice(0, 16).replace('T', ' ')} UTC
      </dd>
      <dt>Total</dt>
      <dd>${toAmount(order.totals.grandTotalMinor, order.currency)} ${order.currency}</dd>
      <dt>Invoice</dt>
      <dd>${order.invoiceStatus === 'invoiced' ? 'invoiced' : 'not invoiced'}</dd>
      <dt>Placed</dt>
      <dd>${showTime(order.placedAt, nowMs)}</dd>
      <dt>Taken</dt>
      <dd>${showTime(order.createdAt, nowMs)}</dd>
    </dl>
  </section>`;

/** Who needs it to act sees it, and opens it on purpose. */
function showPerson({ user }: Call, { recipient, notes }: OrderView): Html {
  const shown =
    recipient === null
      ? html`<p class="quiet">The person of this order was erased.</p>`
      : !holdsRole(user.role, 'operator')
        ? html`<p class="quiet">Shown to operators and admins.</p>`
        : html`<details>
            <summary>Show name and address</summary>
            <dl class="facts">
              <dt>Name</dt>
              <dd>${recipient.name}</dd>
              ${
                recipient.phone === undefined
                  ? ''
                  : html`<dt>Phone</dt>
                      <dd>${recipient.phone}</dd>`
              }
              ${
                recipient.email === undefined
                  ? ''
                  : html`<dt>E-mail</dt>
                      <dd>${recipient.email}</dd>`
              }
              ${
                recipient.address === undefined
                  ? ''
                  : html`<dt>Address</dt>
                      <dd>${toAddress(recipient.address)}</dd>`
              }
              ${
                notes === undefined
                  ? ''
                  : html`<dt>Notes</dt>
                      <dd>${notes}</dd>`
              }
            </dl>
          </details>`;
  return html`<section class="card">
    <h2>Recipient</h2>
    ${shown}
  </section>`;
}

type Address = NonNullable<NonNullable<OrderView['recipient']>['address']>;
const toAddress = ({ street, number, complement, neighborhood, city, state, postalCode, country }: Address): string =>
  [[street, number].filter(Boolean).join(' '), complement, neighborhood, city, `${state} ${postalCode}`, country].filter(Boolean).join(', '); // prettier-ignore

export const orderPages: readonly Page[] = [page];
