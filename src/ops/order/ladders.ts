import { html } from 'hono/html';
import { isTerminal, orderStatuses, statusTable, type OrderStatus } from '../../domain/order-status.ts';
import type { OrderView } from '../../ingress/views/order-view.ts';
import type { ShipmentView } from '../../ingress/views/shipment-view.ts';
import type { TimelineLine } from '../../store/orders.ts';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

interface Rung {
  words: string;
  /** Null where nobody said when. */
  at: string | null;
  state: 'past' | 'now' | 'ahead';
  note?: string;
}

const showRungs = (rungs: readonly Rung[], nowMs: number): Html =>
  html`<ol class="ladder">
    ${rungs.map(
      ({ words, at, state, note }) =>
        html`<li class="${state}" ${state === 'now' ? html`aria-current="step"` : ''}>
          ${state === 'now' ? html`<strong>${words}</strong>` : words}
          ${at === null ? '' : html`<small>${showTime(at, nowMs)}</small>`}
          ${note === undefined ? '' : html`<small>${note}</small>`}
        </li>`,
    )}
  </ol>`;

/** What the OMS has heard and said, each hop as it happened; its own word for now is never translated. */
export function showOms(
  { connections: { oms }, createdAt }: OrderView,
  timeline: readonly TimelineLine[],
  nowMs: number,
): Html {
  const hops = timeline
    .filter(({ what }) => what.startsWith('oms.') && what !== 'oms.read')
    .map(({ what, at, detail }): Rung => ({
      words: toWords(what.slice(4).replace(/([A-Z])/g, '_$1')),
      at,
      state: 'past',
      ...(typeof detail?.['state'] === 'string' ? { note: detail['state'] } : {}),
    }));
  const taken: Rung = { words: 'Order taken', at: createdAt, state: 'past' };
  const now: Rung[] =
    oms === null ? [] : [{ words: oms.state, at: oms.changedAt, state: 'now', note: 'as the OMS says it' }];
  return html`<section class="card">
    <h2>OMS${oms === null ? '' : html` <span class="quiet">${toName(oms.connector)}</span>`}</h2>
    ${showRungs([taken, ...hops, ...now], nowMs)}
    ${oms === null ? html`<p class="quiet">The order was posted to the API: there is no OMS to ask.</p>` : ''}
  </section>`;
}

/** From here on it is about the delivery. */
const deliveryRank = statusTable.PREPARING_SHIPPING.rank;
const ends: ReadonlySet<OrderStatus> = new Set(['IDLE', 'CANCELED', 'RETURNED']);

/** Statuses with when each was reached. What a system did not report is passed over, as it did; what may come is ahead. */
function toRungs(
  { status, createdAt }: OrderView,
  timeline: readonly TimelineLine[],
  wanted: (status: OrderStatus) => boolean,
): Rung[] {
  const reached = new Map<unknown, string>([['RECEIVED', createdAt]]);
  for (const { what, at, detail } of timeline)
    if (what === 'order.status_changed') reached.set(detail?.['newStatus'], at);
  const { rank } = statusTable[status];
  const isAhead = (one: OrderStatus): boolean => statusTable[one].rank > rank && !isTerminal(status) && !ends.has(one);
  return orderStatuses
    .filter((one) => wanted(one) && (reached.has(one) || one === status || isAhead(one)))
    .sort((a, b) => statusTable[a].rank - statusTable[b].rank)
    .map((one) => ({
      words: toWords(one),
      at: reached.get(one) ?? null,
      state: one === status ? 'now' : reached.has(one) ? 'past' : 'ahead',
    }));
}

export function showPickAndPack(order: OrderView, timeline: readonly TimelineLine[], nowMs: number): Html {
  const at = order.connections.fulfilment;
  const rungs = toRungs(
    order,
    timeline,
    (one) => statusTable[one].rank < deliveryRank || one === 'CANCELED' || one === 'IDLE',
  );
  return html`<section class="card">
    <h2>Pick and Pack${at === null ? '' : html` <span class="quiet">${toName(at.connector)}</span>`}</h2>
    ${
      at === null
        ? html`<p class="quiet">
            No fulfilment system has it: no connection takes orders of store ${order.storeLocationId}, or the first call
            is still to come.
          </p>`
        : html`<p class="quiet">
            Its own word:
            <code>${at.state ?? 'none yet'}</code> ${at.stateAt === null ? '' : showTime(at.stateAt, nowMs)}
          </p>`
    }
    ${showRungs(rungs, nowMs)}
  </section>`;
}

export function showDelivery(
  order: OrderView,
  timeline: readonly TimelineLine[],
  shipments: readonly ShipmentView[] | null,
  nowMs: number,
): Html {
  const rungs = toRungs(
    order,
    timeline,
    (one) => statusTable[one].rank >= deliveryRank && one !== 'CANCELED' && one !== 'IDLE',
  );
  return html`<section class="card">
    <h2>Delivery</h2>
    ${shipments === null ? html`<p class="quiet">The fulfilment system could not be asked for its shipments just now.</p>` : shipments.map(showShipment)}
    ${rungs.length === 0 ? html`<p class="quiet">There is nothing to deliver.</p>` : showRungs(rungs, nowMs)}
  </section>`;
}

const showShipment = ({
  externalId,
  status,
  partnerStatus,
  carrier,
  trackingNumber,
  trackingUrl,
  stale,
}: ShipmentView): Html =>
  html`<dl class="facts shipment">
    <dt>Shipment</dt>
    <dd class="id">${externalId}</dd>
    <dt>Status</dt>
    <dd>
      ${toWords(status)}${partnerStatus === null ? '' : html` <span class="quiet">(${partnerStatus})</span>`}${stale ? html` <span class="badge warn">old</span>` : ''}
    </dd>
    ${
      carrier === null
        ? ''
        : html`<dt>Carrier</dt>
            <dd>${carrier}</dd>`
    }
    ${
      trackingNumber === null
        ? ''
        : html`<dt>Tracking</dt>
            <dd class="id">${showLink(trackingUrl, trackingNumber)}</dd>`
    }
  </dl>`;

/** A partner's address is a link only where it is one of the web: `javascript:` is an address too. */
const showLink = (url: string | null, words: string): Html =>
  url !== null && /^https?:\/\//i.test(url)
    ? html`<a href="${url}" rel="noreferrer noopener" target="_blank">${words}</a>`
    : html`${words}`;
