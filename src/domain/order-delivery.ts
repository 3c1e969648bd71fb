import type { Vocabularies } from './order-change.ts';
import type { Order } from './order.ts';
import { resolveStatus } from './resolve-status.ts';

/**
 * Somebody else than the fulfilment system has just said that the order is delivered, and that system tells the OMS of
 * deliveries: the OMS hears of this one through it, and by no other way.
 */
export const isNewsToFulfilment = (before: Order, { status, oms, fulfilment }: Order): boolean =>
  before.status !== 'DELIVERED' &&
  status === 'DELIVERED' &&
  oms !== undefined &&
  fulfilment?.tellsOms === true &&
  fulfilment.dispatchedAt !== undefined;

/** The fulfilment system has not been told of the delivery; it may have learnt of it. */
export const isDeliveryOwed = ({ status, tracking }: Order): boolean =>
  status === 'DELIVERED' && tracking?.viaFulfilment === true && tracking.toldDelivered !== true;

/** … and has not said so itself. */
export const needsDeliveryTold = (order: Order, vocabularies: Vocabularies): boolean => {
  const own = order.evidence.filter(({ system }) => system === order.fulfilment?.connector);
  return isDeliveryOwed(order) && resolveStatus(own, vocabularies).status !== 'DELIVERED';
};

/** When it was delivered, by whoever said when. */
export const deliveredAt = ({ evidence, updatedAt }: Order): string =>
  evidence.findLast(({ code }) => code === 'delivered')?.occurredAt ?? updatedAt;
