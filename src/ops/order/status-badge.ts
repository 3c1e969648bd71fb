import { html } from 'hono/html';
import type { OrderStatus } from '../../domain/order-status.ts';
import type { OrderView } from '../../ingress/views/order-view.ts';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';

const tones: Partial<Record<OrderStatus, string>> = {
  DELIVERED: 'good',
  IDLE: 'warn',
  CANCELED: 'warn',
  RETURNED: 'warn',
};

/** The status in words; whether something is wrong is told beside it and not by its colour. */
export const showStatus = ({
  status,
  problems,
  cancellation,
}: Pick<OrderView, 'status' | 'problems' | 'cancellation'>): Html =>
  html`<span class="badge ${tones[status] ?? ''}">${toWords(status)}</span>
    ${problems.length === 0 ? '' : html`<span class="badge bad">${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}</span>`}
    ${cancellation?.state === 'requested' ? html`<span class="badge warn">Cancel asked for</span>` : ''}`;
