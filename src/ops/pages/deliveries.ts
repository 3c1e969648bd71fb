import { html } from 'hono/html';
import * as z from 'zod';
import { eventTypes, EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { DeliveryStatusSchema } from '../../ingress/views/delivery-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Html, type Page } from '../define-page.ts';
import { linkTo } from '../page-link.ts';
import { toWords } from '../show-amount.ts';
import { filterText, showInput, showSelect } from '../show-fields.ts';
import { DeliverySchema, showDeliveries } from '../webhooks/delivery-list.ts';
import { EndpointSchema, type Endpoint } from '../webhooks/endpoint-state.ts';

const QuerySchema = z.object({
  endpointId: IdSchema('endpoint').optional().catch(undefined),
  status: DeliveryStatusSchema.optional().catch(undefined),
  type: EventTypeSchema.optional().catch(undefined),
  orderId: IdSchema('order').optional().catch(undefined),
  cursor: filterText(60),
});
type Filters = z.infer<typeof QuerySchema>;

const deliveries = definePage({
  path: '/webhooks/deliveries',
  role: 'viewer',
  query: QuerySchema,
  reads: ['GET /v1/deliveries', 'GET /v1/endpoints'],
  async view({ api, path, nowMs, query }) {
    const [{ data, nextCursor }, { data: endpoints }] = await Promise.all([
      api.read('GET /v1/deliveries', PageSchema(DeliverySchema), { query }),
      api.read('GET /v1/endpoints', PageSchema(EndpointSchema)),
    ]);
    const webhooks = path.replace(/\/deliveries$/, '');
    const { cursor, ...filters } = query;
    const isFiltered = Object.values(filters).some((value) => value !== undefined);
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${webhooks}">Webhooks</a></p>
          <h1>Deliveries</h1>
        </div>
        ${showAgain(webhooks, filters)}
      </div>
      ${showFilters(path, filters, endpoints)}
      ${showDeliveries(data, {
        caption: 'Deliveries, newest first',
        webhooks,
        nowMs,
        ...(isFiltered || cursor !== undefined ? { empty: noneSo(path, nextCursor !== null) } : {}),
      })}
      ${nextCursor === null ? '' : html`<a class="button" href="${linkTo(path, { ...filters, cursor: nextCursor })}">Older deliveries</a>`}`;
    return { title: 'Deliveries', body, ...(cursor === undefined ? { refreshSeconds: 10 } : {}) };
  },
});

const noneSo = (path: string, goesOn: boolean): Html =>
  html`<h2>No delivery is like that</h2>
    <p>
      ${goesOn ? 'None of those that were looked through. Older ones may be.' : 'Nothing fits these filters.'}
      <a href="${path}">Show all deliveries</a>
    </p>`;

/** One endpoint's are sent again from its page, which says first what would be sent. */
const showAgain = (webhooks: string, { endpointId, type, orderId }: Filters): Html =>
  endpointId === undefined
    ? html`<p class="quiet">To send some again, choose their endpoint first.</p>`
    : html`<a class="button" href="${linkTo(`${webhooks}/endpoints/${endpointId}`, { again: type ?? 'any', orderId })}"
        >Send these again…</a
      >`;

const showFilters = (
  path: string,
  { endpointId, status, type, orderId }: Filters,
  endpoints: readonly Endpoint[],
): Html =>
  html`<form class="filters" action="${path}">
    ${showSelect({
      name: 'endpointId',
      label: 'Endpoint',
      value: endpointId,
      submits: true,
      options: [['', 'Any'], ...endpoints.map(({ id, url, description }) => [id, description ?? url] as const)],
    })}
    ${showSelect({
      name: 'status',
      label: 'Status',
      value: status,
      submits: true,
      options: [['', 'Any'], ...DeliveryStatusSchema.options.map((one) => [one, toWords(one)] as const)],
    })}
    ${showSelect({
      name: 'type',
      label: 'Event',
      value: type,
      submits: true,
      options: [['', 'Any'], ...eventTypes.map((one) => [one, one] as const)],
    })}
    ${showInput({ name: 'orderId', label: 'Order (ord_…)', value: orderId, max: 60 })}
    <button class="button">Filter</button>
  </form>`;

export const deliveryListPages: readonly Page[] = [deliveries];
