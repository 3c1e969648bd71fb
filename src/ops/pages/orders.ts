import { html } from 'hono/html';
import * as z from 'zod';
import { orderStatuses, OrderStatusSchema } from '../../domain/order-status.ts';
import { OrderViewSchema, type OrderView } from '../../ingress/views/order-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Html, type MerchantPageCall, type Page, type View } from '../define-page.ts';
import { showStatus } from '../order/status-badge.ts';
import { toName } from '../who-fixes.ts';
import { toWords } from '../show-amount.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

const text = (max: number) =>
  z.string().trim().max(max).transform((value) => (value === '' ? undefined : value)).optional().catch(undefined); // prettier-ignore
const QuerySchema = z.object({
  q: text(200),
  status: OrderStatusSchema.optional().catch(undefined),
  store: text(100),
  cursor: text(60),
});
type Call = MerchantPageCall<unknown, z.infer<typeof QuerySchema>>;

const HitSchema = z.looseObject({
  kind: z.string(),
  id: z.string(),
  title: z.string(),
  matched: z.string(),
  orderId: z.string().nullable(),
});
type Hit = z.infer<typeof HitSchema>;

/** The API takes no shorter ones. */
const searchMin = 3;

async function view(call: Call): Promise<View> {
  const { q, status, store, cursor } = call.query;
  if (q !== undefined) return showFound(call, q);
  const query = { status, storeLocationId: store, cursor };
  const page = await call.api.read('GET /v1/orders', PageSchema(OrderViewSchema), { query });
  const isFiltered = status !== undefined || store !== undefined;
  const body = html`${showHead(call)}
  ${page.data.length === 0 ? (isFiltered ? noneSo(call.path) : none) : showOrders(page.data, call)}
  ${page.nextCursor === null ? '' : html`<a class="button" href="${olderLink(call, page.nextCursor)}">Older orders</a>`}`;
  // The first page only: further down nothing new comes in.
  return { title: 'Orders', body, ...(cursor === undefined ? { refreshSeconds: 10 } : {}) };
}

function olderLink({ path, query: { status, store } }: Call, cursor: string): string {
  const given = new URLSearchParams({ cursor });
  if (status !== undefined) given.set('status', status);
  if (store !== undefined) given.set('store', store);
  return `${path}?${given.toString()}`;
}

const showHead = ({ path, query: { status, store } }: Call): Html =>
  html`<div class="head"><h1>Orders</h1></div>
    <form class="filters" action="${path}">
      <div class="field">
        <label for="status">Status</label>
        <select id="status" name="status" data-submits>
          <option value="">Any</option>
          ${orderStatuses.map((one) => html`<option value="${one}" ${one === status ? html`selected` : ''}>${toWords(one)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="store">Store</label>
        <input id="store" name="store" value="${store ?? ''}" maxlength="100" autocomplete="off" />
      </div>
      <button class="button">Filter</button>
    </form>`;

const none = html`<div class="card empty">
  <h2>No orders yet</h2>
  <p>
    They come from the OMS that is connected, or by <code>POST /v1/orders</code>. If you expected some, look whether the
    OMS connection is healthy and its webhook registered.
  </p>
</div>`;

const noneSo = (path: string): Html =>
  html`<div class="card empty">
    <h2>No order is like that</h2>
    <p>Nothing among the newest orders fits these filters. <a href="${path}">Show all orders</a></p>
  </div>`;

const showOrders = (orders: readonly OrderView[], { path, nowMs }: Call): Html =>
  showTable({
    caption: 'Orders, newest first',
    hidesCaption: true,
    heads: ['Order', 'Status', 'Store', 'Fulfilled by', 'Placed', 'Last news'],
    rows: orders.map(
      (order) =>
        html`<tr>
          <th scope="row"><a class="id" href="${path}/${order.id}">${order.externalId}</a></th>
          <td>${showStatus(order)}</td>
          <td>${order.storeLocationId}</td>
          <td>
            ${order.connections.fulfilment === null ? html`<span class="quiet">nobody yet</span>` : toName(order.connections.fulfilment.connector)}
          </td>
          <td>${showTime(order.placedAt, nowMs)}</td>
          <td>${showTime(order.updatedAt, nowMs)}</td>
        </tr>`,
    ),
  });

/** What a search found; one order is opened at once. */
async function showFound(call: Call, q: string): Promise<View> {
  const hits =
    q.length < searchMin ? [] : (await call.api.read('GET /v1/search', PageSchema(HitSchema), { query: { q } })).data;
  const orderIds = new Set(hits.map((hit) => orderOf(hit) ?? hit.id));
  const [only] = hits.length === 0 || orderIds.size > 1 ? [] : orderIds;
  const redirect = only?.startsWith('ord_') === true ? `${call.path}/${only}` : undefined;
  const body = html`<div class="head">
      <div>
        <h1>Search</h1>
        <p class="quiet" aria-live="polite">
          ${hits.length === 0 ? 'Nothing' : `${hits.length} found`} for <code>${q}</code>
        </p>
      </div>
    </div>
    ${hits.length === 0 ? showNothing(call, q) : showHits(hits, call)}`;
  return { title: `Search: ${q}`, body, ...(redirect === undefined ? {} : { redirect }) };
}

const orderOf = ({ kind, id, orderId }: Hit): string | null => (kind === 'order' ? id : orderId);

const showNothing = ({ merchant, merchants, path }: Call, q: string): Html =>
  html`<div class="card empty">
    <h2>${q.length < searchMin ? 'Give at least three characters' : 'Nothing has this id'}</h2>
    <p>
      An order is found by Packline’s id, by its whole id at the OMS, or by the beginning of an id that a fulfilment
      system gave to it, its job, its worksheet or its delivery.
      ${merchants.length > 1 ? html`This looked at ${merchant.name} only: pick another merchant above.` : ''}
      <a href="${path}">Show all orders</a>
    </p>
  </div>`;

const showHits = (hits: readonly Hit[], { path }: Call): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Search results">
    <table>
      <caption class="unseen">
        What was found
      </caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Id</th>
          <th scope="col">Order</th>
        </tr>
      </thead>
      <tbody>
        ${hits.map((hit) => {
          const order = orderOf(hit);
          return html`<tr>
            <th scope="row">${hit.title}</th>
            <td>${toWords(hit.kind)} <span class="id">${hit.id}</span></td>
            <td>${order === null ? '' : html`<a class="id" href="${path}/${order}">${order}</a>`}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;

const orders = definePage({
  path: '/orders',
  role: 'viewer',
  menu: 'Orders',
  query: QuerySchema,
  reads: ['GET /v1/orders', 'GET /v1/search'],
  view,
});

export const orderListPages: readonly Page[] = [orders];
