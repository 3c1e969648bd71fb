import { html } from 'hono/html';
import type * as z from 'zod';
import { TrackingViewSchema } from '../../ingress/views/tracking-view.ts';
import { Refused, type Api } from '../api.ts';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';
import { showFacts } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { toName } from '../who-fixes.ts';

export type Parcel = z.infer<typeof TrackingViewSchema>;
export const parcelRead = 'GET /v1/tracking/:carrier/:trackingNumber';

/** Null where no carrier has told of it yet. */
export async function readParcel(
  api: Api,
  parcel: { carrier: string; trackingNumber: string },
): Promise<Parcel | null> {
  const { carrier, trackingNumber } = parcel;
  try {
    return await api.read(parcelRead, TrackingViewSchema, { params: { carrier, trackingNumber } });
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.problem.status === 404) return null;
    throw thrown;
  }
}

const tones: Readonly<Record<string, string>> = {
  DELIVERED: 'good',
  RETURNED: 'warn',
  RETURN_IN_PROGRESS: 'warn',
  CANCELLED: 'warn',
  EXPIRED: 'warn',
  INCIDENT: 'bad',
  ON_HOLD: 'warn',
};
/** Of a parcel or of a shipment. */
export const showWay = (status: string): Html =>
  html`<span class="badge ${tones[status] ?? ''}">${toWords(status)}</span>`;

/** When its newest event was heard. */
export const lastHeard = ({ events }: Pick<Parcel, 'events'>): string | null =>
  events.reduce<string | null>((newest, { receivedAt }) => (newest === null || receivedAt > newest ? receivedAt : newest), null); // prettier-ignore

/** A parcel with all its events, newest first. `orders`: the path of the pages about them. */
export function showParcel(parcel: Parcel, orders: string, nowMs: number): Html {
  const { carrier, trackingNumber, status, delayed, expectedOn, orderIds, events, unmappedCodes } = parcel;
  return html`<section class="card">
    <h2>${toName(carrier)} <span class="id">${trackingNumber}</span></h2>
    <p>${showWay(status)} ${delayed ? html`<span class="badge warn">Delayed</span>` : ''}</p>
    ${showFacts([
      ['Expected on', expectedOn],
      [
        'Orders',
        orderIds.length === 0
          ? 'none'
          : html`${orderIds.map((id) => html`<a class="id" href="${orders}/${id}">${id}</a> `)}`,
      ],
      ['Last heard', showTime(lastHeard(parcel), nowMs)],
      ['Asked', showTime(parcel.polledAt, nowMs)],
      ['Asked next', parcel.nextPollAt === null ? null : showTime(parcel.nextPollAt, nowMs)],
      ['Unknown words', unmappedCodes.length === 0 ? null : unmappedCodes.join(', ')],
    ])}
    <h3>Events, newest first</h3>
    ${
      events.length === 0
        ? html`<p class="quiet">The carrier has told of none yet.</p>`
        : html`<ol class="story">
            ${[...events].reverse().map((event) => showEvent(event, nowMs))}
          </ol>`
    }
  </section>`;
}

function showEvent(event: Parcel['events'][number], nowMs: number): Html {
  const { occurredAt, occurredLocal, status, code, description, reason, location, withdrawn, source, delayed } = event;
  const place = [location.city, location.state, location.country].filter((part) => part !== null).join(', ');
  return html`<li>
    <span class="quiet"
      >${occurredAt === null ? (occurredLocal ?? 'no time').replace('T', ' ') : showTime(occurredAt, nowMs)}</span
    >
    <div>
      ${withdrawn ? html`<s>${toWords(status ?? code)}</s> <span class="quiet">taken back</span>` : html`<strong>${toWords(status ?? code)}</strong>`}
      ${delayed ? html`<span class="badge warn">Delayed</span>` : ''} ${place}
      <span class="quiet">${description ?? ''} ${reason ?? ''}</span><br />
      <span class="quiet"><code>${code}</code> by ${source}</span>
    </div>
  </li>`;
}
