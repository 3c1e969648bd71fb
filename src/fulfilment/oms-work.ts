import { needsOmsCancel } from '../domain/order-cancel.ts';
import { arePicksSettled, isReadyToInvoice } from '../domain/order-change.ts';
import type { Order } from '../domain/order.ts';
import { isHeld } from '../domain/order-settlement.ts';
import { isNeverInvoiced, statusTable, type OrderStatus } from '../domain/order-status.ts';
import { makeEntry } from '../queues/define-job.ts';
import { omsUpdate } from '../queues/oms-update.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';

/** What the OMS's own log of the order gets a line about, beside who has taken it. */
export const milestones: ReadonlySet<OrderStatus> = new Set(['DELIVERED', 'RETURNED', 'CANCELED', 'IDLE']);

/** By then whoever begins handling at the OMS has done it. */
const startCheckMs = 15 * 60_000;

const isBegun = ({ status }: Order): boolean => statusTable[status].rank >= statusTable.PICKING.rank;

/** The OMS is to hear what was picked, and that is not what it was before. */
const picksAreNew = (before: Order, after: Order): boolean =>
  after.oms?.tellsPicks === true &&
  arePicksSettled(after.evidence) &&
  (!arePicksSettled(before.evidence) || before.pickedItems !== after.pickedItems);

/** What kept the OMS from being told is over: somebody accepted the picks or the rules do, or the order has come back to life. */
const mayBeToldNow = (before: Order, after: Order): boolean =>
  (isHeld(before) && !isHeld(after)) || (isNeverInvoiced(before.status) && !isNeverInvoiced(after.status));

/** The invoice can be made, and is ours to make. */
const mayInvoiceNow = (before: Order, after: Order): boolean =>
  after.oms?.invoicesItself === true && isReadyToInvoice(after) && !isReadyToInvoice(before);

const isNews = (before: Order, after: Order): boolean =>
  picksAreNew(before, after) || mayBeToldNow(before, after) || mayInvoiceNow(before, after);

/** What the OMS has to be told, or asked, after this change of an order: part of the same commit. */
export function omsWork(before: Order, after: Order): NewEntry[] {
  const { oms, id: orderId } = after;
  if (oms === undefined) return [];
  const lane = oms.lane ?? freeLane;
  const isTaken = before.fulfilment?.dispatchedAt === undefined && after.fulfilment?.dispatchedAt !== undefined;
  const isMilestone = before.status !== after.status && milestones.has(after.status);
  const now = makeEntry(omsUpdate, { orderId }, { lane, cause: String(before.version) });
  const later = (cause: string) =>
    makeEntry(omsUpdate, { orderId, check: true }, { lane, cause, delayMs: startCheckMs });
  const isPicked = !isBegun(before) && isBegun(after);
  const isCanceledNow = !needsOmsCancel(before) && needsOmsCancel(after);
  return [
    ...(isTaken || isMilestone || isCanceledNow || isNews(before, after) ? [now] : []),
    ...(isTaken && oms.startedAt === undefined ? [later('taken')] : []),
    ...(isPicked && oms.startedAt === undefined ? [later('picked')] : []),
  ];
}
