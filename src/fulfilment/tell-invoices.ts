import { Failure } from '../domain/failure.ts';
import {
  isToBeTold,
  makeInvoice,
  ownInvoice,
  withInvoice,
  withInvoiceState,
  type OrderInvoice,
} from '../domain/invoice.ts';
import { isReadyToInvoice, raiseProblem } from '../domain/order-change.ts';
import { mayTellInvoices } from '../domain/order-write-back.ts';
import { isBeingCanceled, withoutProblem, type Order } from '../domain/order.ts';
import { toInstant } from '../platform/clock.ts';
import { deliveryWork } from '../queues/delivery-attempt.ts';
import { performEffect } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { changeOrder } from '../store/change-order.ts';
import { newId } from '../store/deps.ts';
import type { WorkerDeps } from './deps.ts';
import { openOmsPort } from './open-oms-port.ts';
import { toOmsInvoice } from './to-oms-modification.ts';

type Context = JobContext<WorkerDeps>;

const mayInvoice = (order: Order): boolean => isReadyToInvoice(order) && !isBeingCanceled(order);

/** Written down first, like an invoice of the merchant's; then it is told like one. */
export async function invoiceItself(order: Order, { store, commit }: Context): Promise<Order | null> {
  if (!mayInvoice(order) || ownInvoice(order, order.updatedAt) === null) return null;
  return changeOrder(store, order.id, { commit, work: deliveryWork }, ({ order: latest }) => {
    const at = toInstant(store.clock.now());
    const input = mayInvoice(latest) ? ownInvoice(latest, at) : null;
    if (input === null) return null;
    const invoice = makeInvoice(latest, { id: newId('invoice', store.clock), type: 'output', input, requestedAt: at });
    const { invoiceNumber, valueMinor } = input;
    return {
      order: withInvoice(latest, invoice),
      timeline: [{ at, what: 'invoice.made', detail: { invoiceNumber, valueMinor } }],
    };
  });
}

async function tellInvoice(order: Order, { id, invoiceNumber }: OrderInvoice, context: Context): Promise<Order | null> {
  const find = (latest: Order): OrderInvoice | undefined => latest.invoices?.find((one) => one.id === id);
  return performEffect<{ alreadyThere: boolean }>(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.invoice',
    unless: (latest) => {
      const invoice = find(latest);
      return invoice === undefined || !isToBeTold(latest, invoice) || !mayTellInvoices(latest);
    },
    act: async ({ order: latest }, _unsure, signal) => {
      const invoice = find(latest);
      const port = await openOmsPort(order, context, signal);
      return invoice === undefined
        ? { alreadyThere: true }
        : port.invoice(order.externalId, toOmsInvoice(latest, invoice));
    },
    record: ({ order: latest }) => {
      const at = toInstant(context.store.clock.now());
      const sent = withInvoiceState(latest, id, { state: 'sent', sentAt: at });
      const isLast = !sent.invoices?.some(({ state }) => state === 'refused');
      const problems = isLast ? withoutProblem(latest.problems, 'invoice.refused') : latest.problems;
      return {
        order: { ...sent, problems },
        timeline: [{ at, what: 'oms.invoiced', detail: { invoiceNumber } }],
      };
    },
  });
}

/**
 * What charges before what gives back, which an OMS takes only after it. One that is not taken holds up neither the others nor the
 * parcel: its failure is told when all else is.
 */
export async function tellInvoices(order: Order, context: Context): Promise<{ order: Order; refusal: Failure | null }> {
  let latest = order;
  let refusal: Failure | null = null;
  const invoices = order.invoices ?? [];
  for (const invoice of [...invoices.filter(isOutput), ...invoices.filter((one) => !isOutput(one))]) {
    if (!isToBeTold(latest, invoice)) continue;
    try {
      latest = (await tellInvoice(latest, invoice, context)) ?? latest;
    } catch (error) {
      if (!(error instanceof Failure) || endsAll(error, order)) throw error;
      refusal ??= error;
      if (error.kind === 'rejected' && isOutput(invoice)) latest = await keepRefusal(latest, invoice, error, context);
    }
  }
  return { order: latest, refusal };
}

/** Nothing else of the order will be taken either, or not now. */
const endsAll = ({ kind, code }: Failure, { oms }: Order): boolean =>
  kind === 'aborted' || kind === 'throttled' || code === `${oms?.connector}.order_canceled`;

const isOutput = ({ type }: OrderInvoice): boolean => type === 'output';

/** It does not count any more, so that another one can take its place. */
const keepRefusal = (
  order: Order,
  { id, invoiceNumber }: OrderInvoice,
  { code, message }: Failure,
  { store, commit }: Context,
): Promise<Order> =>
  changeOrder(store, order.id, { commit, work: deliveryWork }, ({ order: latest }) => {
    const at = toInstant(store.clock.now());
    const refused = withInvoiceState(latest, id, { state: 'refused' });
    const detail = `the OMS does not take invoice ${invoiceNumber} (${message}): send another one, or retry`;
    const problem = { code: 'invoice.refused', detail, source: 'you', raisedAt: at };
    return {
      ...raiseProblem({ order: refused, happenings: [] }, problem),
      timeline: [{ at, what: 'oms.invoiceRefused', detail: { invoiceNumber, code } }],
    };
  });
