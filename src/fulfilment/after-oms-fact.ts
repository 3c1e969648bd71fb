import type { OmsFact } from '../domain/order-oms.ts';
import { needsTracking } from '../domain/order-write-back.ts';
import type { Order } from '../domain/order.ts';
import { makeEntry } from '../queues/define-job.ts';
import { deliveryWorkNow } from '../queues/fulfilment-update.ts';
import { omsUpdate } from '../queues/oms-update.ts';
import { orderCancel } from '../queues/order-cancel.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';

/** What follows from what the OMS said: a cancellation there goes on to the fulfilment system, a release is answered. */
export function afterOmsFact(before: Order, after: Order, { phase }: OmsFact): NewEntry[] {
  const orderId = after.id;
  const cause = String(before.version);
  const isCanceledNow = before.cancellation?.state !== 'requested' && after.cancellation?.state === 'requested';
  const waitsForStart =
    phase === 'ready' && after.oms?.startedAt === undefined && after.fulfilment?.dispatchedAt !== undefined;
  // Somebody else began handling after the picker had finished: only now may the order be changed there.
  const maySettle =
    after.oms?.tellsPicks === true && before.oms?.startedAt === undefined && after.oms.startedAt !== undefined;
  const isLostNow =
    before.oms?.canceledAt === undefined && after.cancellation?.state === 'refused' && phase === 'canceled';
  const isInvoicedNow = before.invoiceStatus !== after.invoiceStatus;
  return [
    ...(isCanceledNow ? [makeEntry(orderCancel, { orderId }, { lane: freeLane, cause })] : []),
    // Whoever was told of the delivery before there was an invoice refused to hear of it.
    ...(isInvoicedNow ? deliveryWorkNow(after) : []),
    ...(waitsForStart || maySettle || isLostNow || (isInvoicedNow && needsTracking(after))
      ? [makeEntry(omsUpdate, { orderId }, { lane: after.oms?.lane ?? freeLane, cause })]
      : []),
  ];
}
