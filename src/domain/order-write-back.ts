import { announceIfReady, arePicksSettled, type Changed } from './order-change.ts';
import { invoicedMinor } from './invoice.ts';
import { isBeingCanceled, type Order } from './order.ts';
import type { OrderOms } from './order-oms.ts';
import { isHeld } from './order-settlement.ts';
import { isNeverInvoiced, statusTable } from './order-status.ts';
import type { OrderTracking } from './order-tracking.ts';

/** How far the OMS was told what was picked. */
export interface OmsModificationState {
  /** Ours: follows from what was picked. */
  reference: string;
  /** `canceled`: it was called off, by us for an order that was canceled, or by the OMS: then it is asked anew. */
  state: 'asked' | 'done' | 'canceled';
  /** The OMS's id of the request; absent where there was nothing to change. */
  changeId?: string | undefined;
  askedAt: string;
  doneAt?: string | undefined;
}

/** The OMS has to hear what was picked, and has not (all of) it: `referenceOf` follows from what was picked. */
export function needsModification(order: Order, referenceOf: (order: Order) => string): boolean {
  const { oms, status, evidence } = order;
  if (oms?.tellsPicks !== true || oms.startedAt === undefined || oms.canceledAt !== undefined) return false;
  // Nobody changes what may be canceled in a moment.
  if (isNeverInvoiced(status) || isBeingCanceled(order)) return false;
  if (!arePicksSettled(evidence) || isHeld(order)) return false;
  if (statusTable[status].rank < statusTable.READY_FOR_PACKING.rank) return false;
  // After the first invoice what was picked is what was charged.
  const isTold = oms.modification?.state === 'done' && oms.modification.reference === referenceOf(order);
  return !isTold && !(order.invoices ?? []).some(({ type, state }) => type === 'output' && state === 'sent');
}

/** Invoices wait until the OMS has the order as it is to be charged; a canceled one is not charged. */
export const mayTellInvoices = (order: Order): boolean =>
  order.oms !== undefined && !isHeld(order) && mayCharge(order.status, order.oms);

const mayCharge = (status: Order['status'], oms: OrderOms): boolean =>
  status !== 'CANCELED' &&
  oms.canceledAt === undefined &&
  (oms.tellsPicks !== true || oms.modification?.state === 'done');

export const isInvoicedAtAll = (order: Order): boolean =>
  invoicedMinor((order.invoices ?? []).filter(({ state }) => state === 'sent')) > 0;

/** The OMS has heard of the parcel what we know of it. */
export function needsTracking(order: Order): boolean {
  const { tracking, oms, status, invoiceStatus } = order;
  // Whoever made the invoice.
  if (oms === undefined || !(isInvoicedAtAll(order) || invoiceStatus === 'invoiced')) return false;
  if (tracking?.viaFulfilment === true) return isFollowed(tracking) && tracking.version > tracking.toldVersion;
  if (tracking !== undefined && tracking.version > tracking.toldVersion) return true;
  return oms.tellsPicks === true && status === 'DELIVERED' && tracking?.toldDelivered !== true;
}

/** There is something to say of the parcel beside what happened to it. */
const isFollowed = ({ carrier, trackingNumber, trackingUrl }: OrderTracking): boolean =>
  [carrier, trackingNumber, trackingUrl].some((known) => known !== undefined);

export function withModification({ order, happenings }: Changed, modification: OmsModificationState): Changed {
  if (order.oms === undefined) return { order, happenings };
  const next = { ...order, oms: { ...order.oms, modification } };
  return announceIfReady(order, { order: next, happenings });
}
