import { html } from 'hono/html';
import * as z from 'zod';
import type { IssueView } from '../../ingress/views/issue-view.ts';
import { OrderViewSchema, type OrderView } from '../../ingress/views/order-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { Refused, type Api } from '../api.ts';
import type { Html } from '../define-page.ts';
import { showStatus } from '../order/status-badge.ts';
import { showFacts, showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { linkOrder, type RetryCall } from './retry.ts';

const HeldSchema = z.looseObject({
  id: z.string(),
  job: z.string(),
  orderId: z.string().nullable(),
  state: z.enum(['setAside', 'retrying']),
  failedAt: z.string().nullable(),
  outcome: z.enum(['notRetried', 'pending', 'failedAgain']),
});
export const HeldPageSchema = PageSchema(HeldSchema);
type Held = z.infer<typeof HeldSchema>;

/** Read for their names: more is a list of its own. */
const ordersRead = 20;

/** By id; one that is past its retention is left out. */
export async function readOrders(api: Api, orderIds: readonly string[]): Promise<Map<string, OrderView>> {
  const read = async (orderId: string): Promise<OrderView | null> => {
    try {
      return await api.read('GET /v1/orders/:orderId', OrderViewSchema, { params: { orderId } });
    } catch (thrown) {
      if (thrown instanceof Refused && thrown.problem.status === 404) return null;
      throw thrown;
    }
  };
  const found = await Promise.all([...new Set(orderIds)].slice(0, ordersRead).map(read));
  return new Map(found.flatMap((order) => (order === null ? [] : [[order.id, order] as const])));
}

const outcomes = { notRetried: 'Not retried yet', pending: 'Under way', failedAgain: 'Failed again' } as const;

/** What is held back, what failed again first. */
export function showWaiting(
  { path, nowMs }: RetryCall,
  { waiting }: IssueView,
  held: readonly Held[],
  orders: ReadonlyMap<string, OrderView>,
): Html {
  if (held.length === 0) return html``;
  const first = held.toSorted((one, other) => Number(other.outcome === 'failedAgain') - Number(one.outcome === 'failedAgain')); // prettier-ignore
  return showTable({
    caption: waiting > held.length ? `Waiting: the first ${held.length} of ${waiting}` : 'Waiting',
    heads: ['Order', 'Retry', 'Failed', 'Status'],
    rows: first.map(({ orderId, job, failedAt, outcome, state }) => {
      const order = orders.get(orderId ?? '');
      return html`<tr>
        <th scope="row">${orderId === null ? job : linkOrder(path, orderId, order?.externalId)}</th>
        <td><span class="badge ${outcome === 'failedAgain' ? 'bad' : ''}">${outcomes[outcome]}</span></td>
        <td>${state === 'retrying' ? 'comes again by itself' : showTime(failedAt, nowMs)}</td>
        <td>${order === undefined ? '' : showStatus(order)}</td>
      </tr>`;
    }),
  });
}

/** Orders that it touched and no longer holds back. */
export function showTouched(
  { path }: RetryCall,
  orderIds: readonly string[],
  orders: ReadonlyMap<string, OrderView>,
): Html {
  if (orderIds.length === 0) return html``;
  return showTable({
    caption: 'No longer waiting',
    heads: ['Order', 'Status'],
    rows: orderIds.map((id) => {
      const order = orders.get(id);
      return html`<tr>
        <th scope="row">${linkOrder(path, id, order?.externalId)}</th>
        <td>${order === undefined ? html`<span class="quiet">past its retention</span>` : showStatus(order)}</td>
      </tr>`;
    }),
  });
}

/** Whether the retry worked. */
export function showLastRetry({ lastRetry, status }: IssueView, nowMs: number): Html {
  if (lastRetry === null) return html``;
  const { at, done, failedAgain, pending } = lastRetry;
  const [tone, words] = outcomeOf(lastRetry, status === 'resolved');
  return html`<section class="card">
    <h2>Last retry <span class="badge ${tone}">${words}</span></h2>
    ${showFacts([
      ['Begun', showTime(at, nowMs)],
      ['Done', done],
      ['Failed again', failedAgain],
      ['Under way', pending],
    ])}
  </section>`;
}

function outcomeOf(
  { pending, failedAgain }: NonNullable<IssueView['lastRetry']>,
  isOver: boolean,
): [tone: string, words: string] {
  if (pending > 0) return ['', 'Under way'];
  if (failedAgain === 0) return ['good', 'All done'];
  return isOver ? ['good', 'Done since'] : ['bad', 'Some failed again'];
}
