import type { Evidence } from '../../../domain/evidence.ts';
import type { PartnerReturn } from '../../partner-return.ts';
import type { FulfilmentSnapshot } from '../port.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import { toLegacyPicks } from './legacy-picks.ts';
import type { RequestedLine } from './line-shares.ts';
import { toPicks, type Picks } from './picked-items.ts';
import { invoiceSeen, isPastPicking, packsAfterInvoicing, toCode } from './statuses.ts';
import type { WireShipmentDocument } from './document-wire.ts';
import type { LegacyOrder, WireOrder, WireShipment } from './wire.ts';

const system = 'vtex-pick-and-pack';
const orderSubject = 'order';

const makeEvidence = (subject: string, code: string, occurredAt: string | null, receivedAt: string): Evidence => ({
  system,
  subject,
  code,
  occurredAt,
  receivedAt,
});

const invoiceWords: ReadonlySet<string> = new Set(['invoicing', 'invoiced']);
const packingWords: ReadonlySet<string> = new Set(['ready_for_packing', 'packing']);

/**
 * What one or two of VTEX's words say of an order: a read brings where it is, a hook also where it was. Undated: a read
 * has only the time of the last update of anything, and hooks have none.
 */
export function toOrderEvidence(
  {
    was,
    is,
    isInvoiced = false,
  }: { was?: string | null | undefined; is: string | null | undefined; isInvoiced?: boolean },
  receivedAt: string,
): Evidence[] {
  const [before, now] = [toCode(was), toCode(is)];
  const words = [before, now].filter((code) => code !== null);
  const invoiced = isInvoiced || words.includes('invoiced');
  const packedLate =
    now !== null && packingWords.has(now) && (isInvoiced || (before !== null && invoiceWords.has(before)));
  const codes = new Set([...words, ...(invoiced ? [invoiceSeen] : []), ...(packedLate ? [packsAfterInvoicing] : [])]);
  return [...codes].map((code) => makeEvidence(orderSubject, code, null, receivedAt));
}

const isInvoiced = ({ invoices }: WireOrder): boolean => (invoices ?? []).length > 0;

/** The order is so far that the merchant waits for its picks, and that it may have shipments. */
export const isReady = (order: WireOrder): boolean => isInvoiced(order) || isPastPicking(toCode(order.status) ?? '');

/** Goods on their way elsewhere (enum of `GET /shipments/{shipmentId}`): they say nothing of the customer's parcel. */
const otherWays: ReadonlySet<string> = new Set(['RETURN', 'TRANSFER']);

/** A shipment of the list, with what only the shipment itself says; null where that was not read. */
export interface Shipment {
  listed: WireShipment;
  read: WireShipmentDocument | null;
}
const typeOf = ({ listed, read }: Shipment): string => read?.type ?? listed.serviceType ?? '';

/** All that was sent to the customer has arrived there. */
export function areDelivered(shipments: readonly Shipment[]): boolean {
  const parcels = shipments.filter((shipment) => !otherWays.has(typeOf(shipment)));
  return parcels.length > 0 && parcels.every(({ listed }) => toCode(listed.status) === 'delivered');
}

/** What the customer gave back: shipments of type `RETURN` that have arrived in the store. */
const toReturns = (shipments: readonly Shipment[]): PartnerReturn[] =>
  shipments.flatMap((shipment) => {
    const { listed, read } = shipment;
    if (typeOf(shipment) !== 'RETURN' || toCode(listed.status) !== 'delivered') return [];
    const rows = (read?.packages ?? [])
      .flatMap(({ items }) => items)
      .filter(({ quantity }) => Number.isInteger(quantity) && quantity > 0);
    return [{ reference: listed.id, goods: rows.map(({ id: sku, quantity }) => ({ sku, quantity })) }];
  });

function toShipmentEvidence(
  { id, status, deliveredDate }: Pick<WireShipment, 'id' | 'status' | 'deliveredDate'>,
  receivedAt: string,
): Evidence[] {
  const code = toCode(status);
  if (code === null) return [];
  const occurredAt = code === 'delivered' ? toInstant(deliveredDate) : null;
  return [makeEvidence(`shipment:${id}`, `shipment.${code}`, occurredAt, receivedAt)];
}

/** An order and its shipments. `lines` is what was asked for; without it picks cannot be put down to anything. */
export function toSnapshot(
  { order, shipments }: { order: WireOrder; shipments: readonly Shipment[] },
  lines: readonly RequestedLine[] | undefined,
  receivedAt: string,
): FulfilmentSnapshot {
  const picks: Picks = lines === undefined ? { state: 'open' } : toPicks(order, lines);
  return {
    partnerOrderId: order.orderId,
    jobId: undefined,
    dispatched: true,
    evidence: [
      ...toOrderEvidence({ is: order.status, isInvoiced: isInvoiced(order) }, receivedAt),
      ...shipments
        .filter((shipment) => !otherWays.has(typeOf(shipment)))
        .flatMap(({ listed }) => toShipmentEvidence(listed, receivedAt)),
    ],
    returns: toReturns(shipments),
    pickedItems: picks.state === 'settled' ? picks.items : null,
    needsAttention: toAttention(picks, isReady(order)) ?? toSilence(picks, order),
  };
}

function toAttention(picks: Picks, isWaitedFor: boolean): FulfilmentSnapshot['needsAttention'] {
  if (picks.state === 'unreadable') return unreadable(picks.lacks);
  if (picks.state !== 'incomplete' || !isWaitedFor) return null;
  const detail = `VTEX does not say what became of all of the SKU ${picks.lacks}`;
  return { code: 'vtex-pick-and-pack.picks_incomplete', detail };
}

/** Without the list of what is open nobody can tell that nothing is. */
const toSilence = (picks: Picks, order: WireOrder): FulfilmentSnapshot['needsAttention'] =>
  picks.state === 'open' && isReady(order) && !Array.isArray(order.unhandledItems)
    ? unreadable('unhandledItems')
    : null;

const unreadable = (lacks: string): FulfilmentSnapshot['needsAttention'] => ({
  code: 'vtex-pick-and-pack.picks_unreadable',
  detail: `VTEX's lists of items lack ${lacks}`,
});

/** The legacy reader's answer; what it lacks, legacy-picks.ts says. */
export function toLegacySnapshot(
  order: LegacyOrder,
  lines: readonly RequestedLine[] | undefined,
  receivedAt: string,
): FulfilmentSnapshot {
  const services = order.shipping?.services ?? [];
  const picks: Picks = lines === undefined ? { state: 'open' } : toLegacyPicks(order, lines);
  return {
    partnerOrderId: order.orderId,
    jobId: undefined,
    dispatched: true,
    evidence: [
      ...toOrderEvidence({ is: order.fulfillmentStatus }, receivedAt),
      ...services.flatMap(({ serviceId: id, serviceStatus: status }) => toShipmentEvidence({ id, status }, receivedAt)),
    ],
    pickedItems: picks.state === 'settled' ? picks.items : null,
    needsAttention: toAttention(picks, true),
  };
}
