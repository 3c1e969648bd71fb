import type { OmsWriteBack } from '../connectors/oms/write-back.ts';
import type { OmsFact } from '../domain/order-oms.ts';
import { isInvoicedAtAll } from '../domain/order-write-back.ts';
import type { Order } from '../domain/order.ts';
import type { Repair } from '../domain/reconciliation.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { omsUpdate } from '../queues/oms-update.ts';
import type { OrderChange } from '../store/change-order.ts';
import type { StoreDeps } from '../store/deps.ts';
import { freeLane } from '../store/entries.ts';

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
  if (modification.state === 'asked') {
    const { state, word } = await port.readChange(externalId, modification.changeId);
    return state === 'canceled' ? { what: 'modification', from: 'asked', to: word } : null;
  }
  const books = await port.readWriteBack(externalId);
  const isThere = books?.modifications.some(({ reference }) => reference === modification.reference) ?? true;
  return isThere ? null : { what: 'modification', from: 'done', to: 'not there' };
}

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
  if (oms === undefined || repairs.length === 0) return { change, repairs: [] };
  const order = change?.order ?? before;
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
