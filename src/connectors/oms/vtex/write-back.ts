import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../../../domain/failure.ts';
import type { ModifyOutcome, OmsChange, OmsModification, OmsWriteBack } from '../write-back.ts';
import { toChangeBody } from './change-body.ts';
import { referenceOf } from './change-reference.ts';
import type { VtexClient } from './client.ts';
import { isMissing, orNull } from './errors.ts';
import { toInvoiceBody, typeOf } from './invoice-body.ts';
import { fromMinor } from './money.ts';
import { packagesOf, toOmsBooks } from './oms-books.ts';
import { phaseOf } from './statuses.ts';
import { toEventsBody, toParcelBody } from './tracking-body.ts';
import type { WireChange, WireHistory, WireOrder } from './wire.ts';

/** "Acceptable order status for modifications" (Orders API, "Create order modifications"). */
const changeableStates: ReadonlySet<string> = new Set(['handling', 'waiting-for-fulfillment', 'ready-for-invoicing']);

/** Orders API: order modifications, invoices and tracking. */
export function createWriteBack(client: VtexClient): OmsWriteBack {
  /** What is answered for an order that was never changed, no document says: nothing found is nothing changed. */
  const readHistory = async (externalId: string): Promise<WireHistory> =>
    (await orNull(client.readChanges(externalId))) ?? { requests: [] };

  async function readChangeBody(externalId: string, modification: OmsModification) {
    // In this order: what ends in between is then in the history, and the order is read again.
    const order = await client.getOrder(externalId);
    const history = await readHistory(externalId);
    const body = toChangeBody(order, history, modification);
    if (body === null || !isAmong(history, modification)) return { order, body };
    const again = await client.getOrder(externalId);
    return { order: again, body: toChangeBody(again, history, modification) };
  }

  async function modify(externalId: string, modification: OmsModification): Promise<ModifyOutcome> {
    const { order, body } = await readChangeBody(externalId, modification);
    if (body === null) return { asked: false };
    refuseState(order, changeableStates);
    try {
      return { asked: true, changeId: await client.requestChange(externalId, body) };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'rejected') throw error;
      // It takes what was there a moment ago: an earlier request may have been carried out since.
      const now = await readChangeBody(externalId, modification);
      if (now.body === null) return { asked: false };
      if (isDeepStrictEqual(now.body, body)) throw error;
      throw new Failure('transient', 'vtex.order_stale', 'The order changed while it was to be changed', {
        cause: error,
      });
    }
  }

  const readChange: OmsWriteBack['readChange'] = async (externalId, changeId) =>
    toOmsChange(await client.readChange(externalId, changeId));

  /** What ended meanwhile refuses to be retried or canceled: that is told by reading it. */
  async function unlessEnded(externalId: string, changeId: string, call: () => Promise<void>): Promise<OmsChange> {
    const before = await readChange(externalId, changeId);
    if (before.state !== 'running') return before;
    try {
      await call();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'rejected') throw error;
      const after = await readChange(externalId, changeId);
      if (after.state === 'running') throw error;
      return after;
    }
    return readChange(externalId, changeId);
  }

  const invoice: OmsWriteBack['invoice'] = async (externalId, asked) => {
    const order = await client.getOrder(externalId);
    const currency = order.storePreferencesData?.currencyCode ?? '';
    const body = toInvoiceBody(asked, currency);
    const known = packagesOf(order).find(({ invoiceNumber }) => invoiceNumber === asked.number);
    if (known !== undefined) {
      // VTEX would answer 200 to another invoice of this number, and keep nothing of it but the receipt.
      const isSame = known.type === typeOf(asked.kind) && known.invoiceValue === fromMinor(asked.valueMinor, currency);
      if (isSame) return { alreadyThere: true };
      throw new Failure('rejected', 'vtex.invoice_number_taken', 'VTEX has another invoice of this number');
    }
    if (asked.kind === 'sale') refuseState(order, invoiceableStates);
    // "Only after the full order amount was invoiced, otherwise, no refund will occur."
    else if (phaseOf(order.status ?? 'null') !== 'invoiced') throw notInvoiced(externalId);
    await client.sendInvoice(externalId, body);
    return { alreadyThere: false };
  };

  const track: OmsWriteBack['track'] = async (externalId, tracking) => {
    const order = await client.getOrder(externalId);
    const parcel =
      tracking.invoiceNumber === null
        ? packagesOf(order).findLast(({ type }) => type === typeOf('sale'))
        : packagesOf(order).find((known) => known.invoiceNumber === tracking.invoiceNumber);
    const invoiceNumber = parcel?.invoiceNumber ?? null;
    if (parcel === undefined || invoiceNumber === null) throw notInvoiced(tracking.invoiceNumber ?? externalId);
    const [number, events] = [toParcelBody(tracking, parcel), toEventsBody(tracking, parcel)];
    try {
      if (number !== null) await client.sendParcel(externalId, invoiceNumber, number);
      if (events !== null) await client.sendEvents(externalId, invoiceNumber, events);
    } catch (error) {
      // It was there a moment ago: a business state sent as 404.
      throw isMissing(error) ? notInvoiced(invoiceNumber, error) : error;
    }
    return { sent: [...(number === null ? [] : ['parcel' as const]), ...(events === null ? [] : ['events' as const])] };
  };

  return {
    modify,
    readChange,
    retryChange: (externalId, changeId, reason) =>
      unlessEnded(externalId, changeId, () => client.retryChange(externalId, changeId, reason)),
    cancelChange: (externalId, changeId, reason) =>
      unlessEnded(externalId, changeId, () => client.cancelChange(externalId, changeId, reason)),
    invoice,
    track,
    async readWriteBack(externalId) {
      const order = await orNull(client.getOrder(externalId));
      return order === null ? null : toOmsBooks(order, await readHistory(externalId));
    },
  };
}

const isAmong = ({ requests }: WireHistory, { reference }: OmsModification): boolean =>
  requests.some(({ reason }) => referenceOf(reason) === reference);

/** Stores without picking and packing have no `ready-for-invoicing`, and a partial invoice leaves an order where it was. */
const invoiceableStates: ReadonlySet<string> = new Set(['handling', 'ready-for-invoicing', 'invoice']);

/** @throws Failure `transient` `vtex.state_too_early`; `rejected` `vtex.order_invoiced`, `order_canceled`, `state_refuses` */
function refuseState({ status }: WireOrder, allowed: ReadonlySet<string>): void {
  const state = status ?? 'null';
  if (allowed.has(state)) return;
  const detail = { state };
  switch (phaseOf(state)) {
    case 'placed':
    case 'ready':
    case 'handling':
      throw new Failure('transient', 'vtex.state_too_early', `VTEX has the order as ${state}`, { detail });
    case 'invoiced':
      throw new Failure('rejected', 'vtex.order_invoiced', 'VTEX has the order as invoiced', { detail });
    case 'canceled':
      throw new Failure('rejected', 'vtex.order_canceled', 'VTEX has the order as canceled', { detail });
    default:
      throw new Failure('rejected', 'vtex.state_refuses', `VTEX has the order as ${state}`, { detail });
  }
}

const notInvoiced = (subject: string, cause?: unknown): Failure =>
  new Failure('transient', 'vtex.not_invoiced', 'VTEX has no such invoice yet', {
    cause,
    retryAfterMs: 60_000,
    detail: { subject },
  });

/**
 * The reference has `waiting-acknowledgement`, `waiting-confirmation`, `done` and `canceled`; the guide `preparing` and
 * `canceling`, too. Anything but an end is on its way.
 */
function toOmsChange({ requestId, status, logs, cancellationData }: WireChange): OmsChange {
  const state = status === 'done' || status === 'canceled' ? status : 'running';
  // "Automatic transition failed. Current retry counter is 1. …"; of an earlier status, it was overcome.
  const isFailed = (log: Log): boolean => log?.status === status && /\bfailed\b/i.test(log.message ?? '');
  const failing = state === 'running' && (logs ?? []).some(isFailed);
  const canceledBecause = state === 'canceled' ? (cancellationData?.reason ?? null) : null;
  return { changeId: requestId, state, word: status, failing, canceledBecause };
}

type Log = NonNullable<WireChange['logs']>[number];
