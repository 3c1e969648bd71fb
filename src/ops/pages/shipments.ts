import { html } from 'hono/html';
import * as z from 'zod';
import { shipmentStatuses } from '../../domain/shown-status.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { ShipmentViewSchema, type ShipmentView } from '../../ingress/views/shipment-view.ts';
import { definePage, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import { linkTo } from '../page-link.ts';
import { lastHeard, parcelRead, readParcel, showWay, type Parcel } from '../shipments/parcel.ts';
import { toWords } from '../show-amount.ts';
import { filterText, showInput, showSelect } from '../show-fields.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

const QuerySchema = z.object({
  status: filterText(60),
  externalId: filterText(100),
  carrier: filterText(100),
  trackingNumber: filterText(100),
  cursor: filterText(60),
});
type Call = MerchantPageCall<unknown, z.infer<typeof QuerySchema>>;

/** Each one's parcels are looked up. */
const perPage = '25';
/** Of one shipment; more are seen on its own page. */
const parcelsRead = 3;

interface Row {
  shipment: ShipmentView;
  parcels: readonly Parcel[];
}

const shipments = definePage({
  path: '/shipments',
  menu: 'Shipments',
  role: 'viewer',
  query: QuerySchema,
  reads: ['GET /v1/shipments', parcelRead],
  async view(call) {
    const { api, path, query } = call;
    const { status, externalId, carrier, trackingNumber, cursor } = query;
    if (carrier !== undefined && trackingNumber !== undefined) {
      const redirect = `${path.replace(/shipments$/, 'parcels')}/${encodeURIComponent(carrier)}/${encodeURIComponent(trackingNumber)}`;
      return { title: 'Shipments', body: html``, redirect };
    }
    const wanted = { status, externalId, cursor, limit: perPage };
    const { data, nextCursor } = await api.read('GET /v1/shipments', PageSchema(ShipmentViewSchema), { query: wanted });
    const rows = await Promise.all(
      data.map(async (shipment): Promise<Row> => {
        const found = await Promise.all(shipment.parcels.slice(0, parcelsRead).map((one) => readParcel(api, one)));
        return { shipment, parcels: found.filter((one) => one !== null) };
      }),
    );
    const isFiltered = status !== undefined || externalId !== undefined;
    const isAll = !isFiltered && cursor === undefined && nextCursor === null;
    const body = html`<div class="head">
        <div>
          <h1>Shipments</h1>
          <p class="quiet">As they were last heard of. One of them is read anew when it is opened.</p>
        </div>
        <div class="acts"><a class="button" href="${path.replace(/shipments$/, 'carriers')}">Carriers</a></div>
      </div>
      ${showFilters(call)}
      ${showTable({
        caption: 'Shipments, newest first',
        hidesCaption: true,
        heads: ['Shipment', 'Status', 'Carrier', 'Parcels', 'Last event', 'Expected', 'Order'],
        rows: rows.map((row) => showRow(row, call)),
        empty: isAll ? none : noneSo(path),
      })}
      ${nextCursor === null ? '' : html`<a class="button" href="${linkTo(path, { status, externalId, cursor: nextCursor })}">Older shipments</a>`}`;
    return { title: 'Shipments', body, ...(cursor === undefined ? { refreshSeconds: 15 } : {}) };
  },
});

const none = html`<h2>No shipments yet</h2>
  <p>One appears when a fulfilment system has begun to bring an order, or a carrier tells of its parcel.</p>`;
const noneSo = (path: string): Html =>
  html`<h2>No shipment is like that</h2>
    <p>Nothing among the newest shipments fits these filters. <a href="${path}">Show all shipments</a></p>`;

const showFilters = ({ path, query: { status, externalId, carrier } }: Call): Html =>
  html`<form class="filters" action="${path}">
      ${showSelect({
        name: 'status',
        label: 'Status',
        value: status,
        submits: true,
        options: [['', 'Any'], ...shipmentStatuses.map((one) => [one, toWords(one)] as const)],
      })}
      ${showInput({ name: 'externalId', label: 'Id at its system or carrier', value: externalId })}
      <button class="button">Filter</button>
    </form>
    <form class="filters" action="${path}">
      ${showInput({ name: 'carrier', label: 'Parcel of carrier', value: carrier, required: true, max: 100 })}
      ${showInput({ name: 'trackingNumber', label: 'Tracking number', required: true, max: 100 })}
      <button class="button">Open</button>
    </form>`;

const newest = (times: readonly (string | null)[]): string | null =>
  times.filter((one) => one !== null).toSorted().at(-1) ?? null; // prettier-ignore

function showRow({ shipment, parcels }: Row, { path, nowMs }: Call): Html {
  const { id, externalId, orderId, status, carrier } = shipment;
  const heard = newest([...parcels.map(lastHeard), shipment.deliveredAt]);
  const expected = newest(parcels.map(({ expectedOn }) => expectedOn));
  const delayed = parcels.some((one) => one.delayed);
  return html`<tr>
    <th scope="row"><a class="id" href="${path}/${id}">${externalId === '' ? id : externalId}</a></th>
    <td>${showWay(status)} ${delayed ? html`<span class="badge warn">Delayed</span>` : ''}</td>
    <td>${carrier === null ? '' : toName(carrier)}</td>
    <td>${shipment.parcels.map(({ trackingNumber }) => html`<span class="id">${trackingNumber}</span><br />`)}</td>
    <td>${heard === null ? html`<span class="quiet">none</span>` : showTime(heard, nowMs)}</td>
    <td>${expected ?? ''}</td>
    <td><a class="id" href="${path.replace(/shipments$/, 'orders')}/${orderId}">${orderId}</a></td>
  </tr>`;
}

export const shipmentListPages: readonly Page[] = [shipments];
