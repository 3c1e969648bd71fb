import type { FulfilmentSnapshot } from '../connectors/fulfilment/port.ts';
import { isBeingCanceled } from '../domain/order.ts';
import { isAmendable } from '../domain/order-status.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { fulfilmentUpdate } from '../queues/fulfilment-update.ts';
import type { OrderChange } from '../store/change-order.ts';
import type { StoreDeps } from '../store/deps.ts';
import { freeLane } from '../store/entries.ts';
import type { StoredOrder } from '../store/orders.ts';
import { isErased } from '../store/persons.ts';

/**
 * The partner has other lines than it was told, and took them without a word: they are sent again while there is time. Once it has
 * refused that, a person has to.
 */
export function amendAgain(
  { clock }: Pick<StoreDeps, 'clock'>,
  stored: StoredOrder,
  change: OrderChange,
  { keepsLines }: FulfilmentSnapshot,
): OrderChange {
  const order = change?.order ?? stored.order;
  if (keepsLines !== false || order.pending !== undefined || !isAmendable(order.status)) return change;
  if (isBeingCanceled(order) || isErased(stored)) return change;
  if (order.problems.some(({ code }) => code === 'order.amend_refused')) return change;
  const { id: orderId, content, contentVersion, version } = order;
  const work = makeEntry(fulfilmentUpdate, { orderId }, { lane: freeLane, cause: String(version) });
  return {
    ...change,
    order: { ...order, pending: { content, contentVersion: contentVersion + 1 } },
    timeline: [...(change?.timeline ?? []), { at: toInstant(clock.now()), what: 'order.amendedAgain' }],
    entries: [...(change?.entries ?? []), work],
  };
}
