import type { OmsWriteBack } from '../connectors/oms/write-back.ts';
import type { OmsFact } from '../domain/order-oms.ts';
import { isToBeTold } from '../domain/invoice.ts';
import { isInvoicedAtAll, mayTellInvoices, needsTracking } from '../domain/order-write-back.ts';
import type { Order } from '../domain/order.ts';
import type { Repair } from '../domain/reconciliation.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { omsUpdate } from '../queues/oms-update.ts';
import type { OrderChange } from '../store/change-order.ts';
import type { StoreDeps } from '../store/deps.ts';
import { freeLane } from '../store/entries.ts';
import { needsPicks } from './tell-picks.ts';

/**
 * A change of the order that the OMS took on and then called off, or has not among those that it made: null where all is well, or
 * it is too late to ask for it again.
 */
export async function findRefusedChange(
  order: Order,
  port: Pick<OmsWriteBack, 'readChange' | 'readWriteBack'> | undefined,
): Promise<Repair | null> {
  const { externalId, oms: { modification } = {} } = order;
  if (port === undefined || modification?.changeId === undefined || isInvoicedAtAll(order)) return null;
  if (modification.state === 'canceled') {
    return needsPicks(order) ? { what: 'modification', from: 'asked', to: 'canceled' } : null;
  }
  if (modification.state === 'asked') {
    const { state, word } = await port.readChange(externalId, modification.changeId);
    return state === 'canceled' ? { what: 'modification', from: 'asked', to: word } : null;
  }
  const books = await port.readWriteBack(externalId);
  const isThere = books?.modifications.some(({ reference }) => reference === modification.reference) ?? true;
  return isThere ? null : { what: 'modification', from: 'done', to: 'not there' };
}

/** Something waits to be told: nothing is broken, but the work for it may have been given up. */
const isUntold = (order: Order): boolean =>
  needsPicks(order) ||
  needsTracking(order) ||
  (mayTellInvoices(order) && (order.invoices ?? []).some((invoice) => isToBeTold(order, invoice)));

/** What the OMS did not hear, or did not do, is told again. `refused`: see `findRefusedChange`. */
export function mendAtOms(
  { clock }: Pick<StoreDeps, 'clock'>,
  before: Order,
  change: OrderChange,
  { fact, refused, reconciliationId }: { fact: OmsFact; refused: Repair | null; reconciliationId: string },
): { change: OrderChange; repairs: readonly Repair[] } {
  const { oms, status, cancellation, id: orderId } = change?.order ?? before;
  const wasCanceledHere = status === 'CANCELED' && cancellation?.state === 'done' && cancellation.by !== 'oms';
  const isNotCanceled = wasCanceledHere && oms?.canceledAt === undefined && oms?.cancelRefusedAt === undefined;
  const repairs: Repair[] = [
    ...(refused === null ? [] : [refused]),
    ...(isNotCanceled ? [{ what: 'cancellation', from: status, to: fact.state } as const] : []),
  ];
  const order = change?.order ?? before;
  if (oms === undefined || (repairs.length === 0 && !isUntold(order))) return { change, repairs: [] };
  const told = refused === null ? order : { ...order, oms: { ...oms, modification: undefined } };
  const work = makeEntry(omsUpdate, { orderId }, { lane: oms.lane ?? freeLane, cause: reconciliationId });
  const at = toInstant(clock.now());
  const lines = repairs.map(({ what, to }) => ({ at, what: 'oms.askedAgain', detail: { what, state: to } }));
  return {
    change: {
      ...change,
      order: told,
      timeline: [...(change?.timeline ?? []), ...lines],
      entries: [...(change?.entries ?? []), work],
    },
    repairs,
  };
}
