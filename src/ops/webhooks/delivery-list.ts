import { html } from 'hono/html';
import * as z from 'zod';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

/** What these pages need of a delivery; it may have more. */
export const DeliverySchema = z.looseObject({
  id: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  type: z.string(),
  orderId: z.string().nullable(),
  status: z.string(),
  attempts: z.int(),
  nextAttemptAt: z.string().nullable(),
  parkedAt: z.string().nullable().default(null),
  createdAt: z.string(),
});
export type Delivery = z.infer<typeof DeliverySchema>;

const tones: Readonly<Record<string, string>> = { delivered: 'good', failed: 'bad', dropped: 'warn' };

export const showDeliveryStatus = ({ status, attempts, parkedAt }: Delivery): Html =>
  html`<span class="badge ${tones[status] ?? (attempts > 0 ? 'warn' : '')}">${toWords(status)}</span>
    ${parkedAt === null ? '' : html`<span class="badge warn">Parked</span>`}`;

/** `webhooks`: the path of the pages about them. */
export const showDeliveries = (
  deliveries: readonly Delivery[],
  { caption, webhooks, nowMs, empty }: { caption: string; webhooks: string; nowMs: number; empty?: Html },
): Html =>
  showTable({
    caption,
    heads: ['Event', 'Status', '#Attempts', 'Next', 'Order', 'Made'],
    rows: deliveries.map((one) => showRow(one, webhooks, nowMs)),
    empty:
      empty ??
      html`<h2>Nothing was sent yet</h2>
        <p>An event appears here as soon as it is on its way.</p>`,
  });

const showRow = (delivery: Delivery, webhooks: string, nowMs: number): Html =>
  html`<tr>
    <th scope="row"><a href="${webhooks}/deliveries/${delivery.id}">${delivery.type}</a></th>
    <td>${showDeliveryStatus(delivery)}</td>
    <td class="number">${delivery.attempts}</td>
    <td>${delivery.nextAttemptAt === null ? '' : showTime(delivery.nextAttemptAt, nowMs)}</td>
    <td>
      ${delivery.orderId === null ? '' : html`<a class="id" href="${webhooks.replace(/webhooks$/, 'orders')}/${delivery.orderId}">${delivery.orderId}</a>`}
    </td>
    <td>${showTime(delivery.createdAt, nowMs)}</td>
  </tr>`;
