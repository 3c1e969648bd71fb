import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ShipmentViewSchema, type ShipmentView } from '../../ingress/views/shipment-view.ts';
import { holdsRole, type User } from '../../store/users.ts';
import { definePage, type Html, type Page } from '../define-page.ts';
import { webLink } from '../page-link.ts';
import { parcelRead, readParcel, showParcel, showWay } from '../shipments/parcel.ts';
import { toWeight } from '../show-amount.ts';
import { showFacts, showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

const parcelsMax = 20;

const shipment = definePage({
  path: '/shipments/:shipmentId',
  role: 'viewer',
  params: z.object({ shipmentId: IdSchema('shipment') }),
  reads: ['GET /v1/shipments/:shipmentId', parcelRead],
  async view({ api, nowMs, params, path, user }) {
    const shown = await api.read('GET /v1/shipments/:shipmentId', ShipmentViewSchema, { params });
    const found = await Promise.all(shown.parcels.slice(0, parcelsMax).map((one) => readParcel(api, one)));
    const parcels = found.filter((one) => one !== null);
    const base = path.replace(/\/shipments\/[^/]+$/, '');
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${base}/shipments">Shipments</a></p>
          <h1>${shown.externalId === '' ? shown.id : shown.externalId}</h1>
          <p>
            ${showWay(shown.status)}
            <span class="quiet"
              >${shown.stale ? 'Its system did not answer just now: this is what it said last.' : ''}</span
            >
          </p>
        </div>
        <div class="acts"><a class="button" href="${base}/orders/${shown.orderId}">Its order</a></div>
      </div>
      <div class="columns">${showWayOf(shown, nowMs)} ${showCourier(shown, user)}</div>
      ${parcels.map((one) => showParcel(one, `${base}/orders`, nowMs))} ${parcels.length === 0 ? noParcel : ''}
      ${showPackages(shown)}`;
    return { title: `Shipment ${shown.externalId}`, body, refreshSeconds: 10 };
  },
});

const noParcel = html`<div class="card empty">
  <h2>No carrier tells of a parcel</h2>
  <p>
    Its status comes from the fulfilment system. Events appear here once a tracking number is known and its carrier is
    connected.
  </p>
</div>`;

function showWayOf(shown: ShipmentView, nowMs: number): Html {
  const link = webLink(shown.trackingUrl);
  return html`<section class="card">
    <h2>On its way</h2>
    ${showFacts([
      ['Packline’s id', html`<span class="id">${shown.id}</span>`],
      ['Told by', toName(shown.system)],
      ['Its word', shown.partnerStatus],
      ['Carrier', shown.carrier === null ? null : toName(shown.carrier)],
      ['Tracking number', shown.trackingNumber],
      ['Tracking page', link === undefined ? shown.trackingUrl : html`<a href="${link}" rel="noreferrer">${link}</a>`],
      ['Made', shown.createdAt === null ? null : showTime(shown.createdAt, nowMs)],
      ['Delivered', shown.deliveredAt === null ? null : showTime(shown.deliveredAt, nowMs)],
      ['Read', shown.fetchedAt === null ? null : showTime(shown.fetchedAt, nowMs)],
    ])}
  </section>`;
}

/** A courier is a person. */
const showCourier = ({ courier }: ShipmentView, user: User): Html =>
  courier === null
    ? html``
    : html`<section class="card">
        <h2>Courier</h2>
        ${
          holdsRole(user.role, 'operator')
            ? html`<details>
                <summary>Show name</summary>
                ${showFacts([
                  ['Name', courier.name],
                  ['Vehicle', courier.vehicle],
                ])}
              </details>`
            : html`<p class="quiet">Shown to operators and admins.</p>`
        }
      </section>`;

const showPackages = ({ packages }: ShipmentView): Html =>
  packages.length === 0
    ? html``
    : showTable({
        caption: 'Packages',
        heads: ['Package', '#Weight', 'Items'],
        rows: packages.map(
          ({ externalId, weightGrams, items }) =>
            html`<tr>
              <th scope="row" class="id">${externalId}</th>
              <td class="number">${toWeight(weightGrams)}</td>
              <td>
                ${items.map(({ sku, name, quantity }) => html`${quantity} × ${name ?? ''} <span class="id quiet">${sku}</span><br />`)}
              </td>
            </tr>`,
        ),
      });

const parcel = definePage({
  path: '/parcels/:carrier/:trackingNumber',
  role: 'viewer',
  params: z.object({ carrier: z.string().min(1).max(100), trackingNumber: z.string().min(1).max(100) }),
  reads: [parcelRead],
  async view({ api, nowMs, params, path }) {
    const found = await readParcel(api, params);
    const base = path.replace(/\/parcels\/.*$/, '');
    const { carrier, trackingNumber } = params;
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${base}/shipments">Shipments</a></p>
          <h1>Parcel ${trackingNumber}</h1>
        </div>
      </div>
      ${found === null ? unknown(carrier) : showParcel(found, `${base}/orders`, nowMs)}`;
    return { title: `Parcel ${trackingNumber}`, body, refreshSeconds: 10 };
  },
});

const unknown = (carrier: string): Html =>
  html`<div class="card empty">
    <h2>Nobody has told of this parcel</h2>
    <p>
      No event of ${carrier} has this number, and no order names it. Look for a mistyped number, or whether the carrier
      is connected.
    </p>
  </div>`;

export const shipmentPages: readonly Page[] = [shipment, parcel];
