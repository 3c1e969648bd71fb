import { amend, isBeingCanceled, withoutProblem, type Order } from '../domain/order.ts';
import type { Line, OrderPatch } from '../domain/order-input.ts';
import { isAmendable } from '../domain/order-status.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { fulfilmentUpdate } from '../queues/fulfilment-update.ts';
import type { OrderChange } from '../store/change-order.ts';
import type { StoreDeps } from '../store/deps.ts';
import { merchantLane } from '../store/entries.ts';
import type { StoredOrder } from '../store/orders.ts';
import { openPerson, resealPerson } from '../store/persons.ts';
import { makeInvalid, makeRefusal } from './problem.ts';

export const wrongState = (order: Order, why: string) =>
  makeRefusal('order.state', `the order is ${order.status}: ${why}`, { detail: { orderId: order.id } });

/**
 * An amendment of an order as it was read: taken at once while nobody has been told of the order, else it waits until its
 * fulfilment system has taken it.
 * @throws `order.state` where it is too late, or not for us to decide
 */
export function amendStored(store: StoreDeps, stored: StoredOrder, patch: OrderPatch): OrderChange {
  const { order } = stored;
  if (isBeingCanceled(order)) throw wrongState(order, 'it is being canceled');
  if (order.oms?.tellsPicks === true && patch.lines !== undefined && !areSameGoods(order.content.lines, patch.lines)) {
    throw wrongState(order, 'its OMS is told what was picked of its own lines: lines are added and taken out there');
  }
  if (!isAmendable(order.status)) throw wrongState(order, 'amendments end when picking begins');
  if (order.fulfilmentMethod === 'delivery' && patch.recipient !== undefined && patch.recipient.address === undefined) {
    throw makeInvalid([{ code: 'field.required', detail: 'required for delivery', pointer: '/recipient/address' }]);
  }
  const before = openPerson(store, stored, 'pending');
  if (before === null) throw wrongState(order, 'its person was erased');
  const { content, person } = amend(order.pending?.content ?? order.content, before, patch);
  const contentVersion = (order.pending?.contentVersion ?? order.contentVersion) + 1;
  const sealed = resealPerson(store, stored, person);
  // What became of an earlier request is past with a new one.
  const standing = withoutProblem(order.problems, 'order.amend_refused');
  const at = toInstant(store.clock.now());
  const timeline = [{ at, what: 'order.amendmentRequested', detail: { fields: Object.keys(patch) } }];
  // Nobody has been told of the order: there is nothing to wait for.
  if (order.fulfilment === undefined) {
    return { order: { ...order, content, contentVersion, problems: standing }, person: sealed, timeline };
  }
  const cause = String(order.version);
  return {
    order: { ...order, pending: { content, contentVersion }, problems: standing },
    pendingPerson: sealed,
    timeline,
    entries: [makeEntry(fulfilmentUpdate, { orderId: order.id }, { lane: merchantLane(order.merchantId), cause })],
  };
}

/** Other quantities, prices and wishes, perhaps; but of the same lines. */
const areSameGoods = (lines: readonly Line[], others: readonly Line[]): boolean => {
  const goodsOf = (all: readonly Line[]): string =>
    JSON.stringify(all.map(({ id, sku }) => JSON.stringify([id, sku])).toSorted());
  return goodsOf(lines) === goodsOf(others);
};
