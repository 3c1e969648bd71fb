import type { ModifyOutcome, OmsWriteBack } from '../connectors/oms/write-back.ts';
import { Failure } from '../domain/failure.ts';
import { ownInvoice, type OrderInvoice } from '../domain/invoice.ts';
import { isReadyToInvoice } from '../domain/order-change.ts';
import { mayTellInvoices, needsModification, needsTracking, withModification } from '../domain/order-write-back.ts';
import { deliveredAt } from '../domain/order-delivery.ts';
import { isBeingCanceled, type Order } from '../domain/order.ts';
import { InstantSchema } from '../domain/time.ts';
import { toInstant } from '../platform/clock.ts';
import { performEffect, withinDeadline } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { deliveryWork } from '../queues/delivery-attempt.ts';
import { changeOrder, type OrderChange } from '../store/change-order.ts';
import { newId } from '../store/deps.ts';
import { requireOrder, type StoredOrder } from '../store/orders.ts';
import { openPerson } from '../store/persons.ts';
import type { OpenOms, WorkerDeps } from './deps.ts';
import { toOmsInvoice, toOmsModification } from './to-oms-modification.ts';

type Context = JobContext<WorkerDeps>;

const referenceOf = (order: Order): string => toOmsModification(order).reference;

/** Between two looks at a change that the OMS is working on. */
const changePollMs = 5_000;

/**
 * What became of an order, told to its OMS in turn: what was picked, the invoices, the parcel. Each step is committed before the
 * next, and done only where the OMS is not there yet. `later`: the work has been given back, and goes on in a while.
 */
export async function writeBack(orderId: string, oms: OpenOms, context: Context): Promise<'done' | 'later'> {
  if (oms.connection.writeBack === undefined) return 'done';
  let { order } = await requireOrder(context.store, orderId);
  if (needsModification(order, referenceOf)) {
    const told = await modify(order, context);
    if (told === 'later') return 'later';
    order = told;
  }
  if (order.oms?.invoicesItself === true) order = (await invoiceItself(order, context)) ?? order;
  if (!mayTellInvoices(order)) return 'done';
  for (const invoice of order.invoices ?? []) {
    if (invoice.state === 'wanted') order = (await tellInvoice(order, invoice, context)) ?? order;
  }
  if (needsTracking(order)) await tellTracking(order, context);
  return 'done';
}

async function openPort(order: Order, { deps, store }: Context, signal: AbortSignal): Promise<OmsWriteBack> {
  const { connection } = await deps.openOms(store, order.merchantId, order.source, signal);
  if (connection.writeBack === undefined) throw new TypeError('an OMS that was written to can be written to');
  return connection.writeBack;
}

/** Asks, and follows what was asked to its end: only "nothing to change" is the proof that it was done. */
async function modify(order: Order, context: Context): Promise<Order | 'later'> {
  const { modification } = order.oms ?? {};
  if (modification?.state === 'asked' && modification.changeId !== undefined) {
    const { changeId } = modification;
    const change = await withinDeadline(context.signal, async (signal) => {
      const port = await openPort(order, context, signal);
      const found = await port.readChange(order.externalId, changeId);
      return found.failing ? port.retryChange(order.externalId, changeId, 'tried again') : found;
    });
    if (change.state === 'running') return comeAgain(context, { counted: change.failing });
    if (change.state === 'canceled') {
      // By us, for an order that has been canceled meanwhile.
      const { order: latest } = await requireOrder(context.store, order.id);
      if (!needsModification(latest, referenceOf)) return latest;
      throw new Failure('rejected', 'oms.change_canceled', 'the OMS called off the change of the order', {
        detail: { changeId, because: change.canceledBecause },
      });
    }
  }
  const done = await performEffect<ModifyOutcome & { reference: string }>(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.modify',
    unless: (latest) => !needsModification(latest, referenceOf),
    act: async ({ order: latest }, _unsure, signal) => {
      const wanted = toOmsModification(latest);
      const port = await openPort(order, context, signal);
      return { ...(await port.modify(order.externalId, wanted)), reference: wanted.reference };
    },
    record: ({ order: latest }, outcome) => recordModification(latest, outcome, context),
  });
  if (done?.oms?.modification?.state === 'asked') return comeAgain(context, { counted: false });
  return done ?? (await requireOrder(context.store, order.id)).order;
}

async function comeAgain({ finish }: Context, { counted }: { counted: boolean }): Promise<'later'> {
  await finish({}, { how: 'retry', delayMs: changePollMs, counted });
  return 'later';
}

function recordModification(
  order: Order,
  outcome: ModifyOutcome & { reference: string },
  { store }: Context,
): OrderChange {
  const at = toInstant(store.clock.now());
  const { reference } = outcome;
  const askedAt = order.oms?.modification?.askedAt ?? at;
  const changeId = outcome.asked ? outcome.changeId : order.oms?.modification?.changeId;
  const state = outcome.asked ? ({ state: 'asked' } as const) : ({ state: 'done', doneAt: at } as const);
  const what = outcome.asked ? 'oms.changeAsked' : 'oms.picksTold';
  return {
    ...withModification({ order, happenings: [] }, { reference, changeId, askedAt, ...state }),
    timeline: [{ at, what, detail: { changeId } }],
  };
}

const mayInvoice = (order: Order): boolean => isReadyToInvoice(order) && !isBeingCanceled(order);

/** Written down first, like an invoice of the merchant's; then it is told like one. */
async function invoiceItself(order: Order, { store, commit }: Context): Promise<Order | null> {
  if (!mayInvoice(order) || ownInvoice(order, order.updatedAt) === null) return null;
  return changeOrder(store, order.id, { commit, work: deliveryWork }, ({ order: latest }) => {
    const at = toInstant(store.clock.now());
    const input = mayInvoice(latest) ? ownInvoice(latest, at) : null;
    if (input === null) return null;
    const invoice: OrderInvoice = {
      id: newId('invoice', store.clock),
      type: 'output',
      ...input,
      requestedAt: at,
      state: 'wanted',
    };
    const { invoiceNumber, valueMinor } = input;
    return {
      order: { ...latest, invoices: [...(latest.invoices ?? []), invoice] },
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
    unless: (latest) => find(latest)?.state !== 'wanted' || !mayTellInvoices(latest),
    act: async ({ order: latest }, _unsure, signal) => {
      const invoice = find(latest);
      const port = await openPort(order, context, signal);
      return invoice === undefined
        ? { alreadyThere: true }
        : port.invoice(order.externalId, toOmsInvoice(latest, invoice));
    },
    record: ({ order: latest }) => {
      const at = toInstant(context.store.clock.now());
      const invoices = (latest.invoices ?? []).map((one): OrderInvoice =>
        one.id === id ? { ...one, state: 'sent', sentAt: at } : one,
      );
      return { order: { ...latest, invoices }, timeline: [{ at, what: 'oms.invoiced', detail: { invoiceNumber } }] };
    },
  });
}

async function tellTracking(order: Order, context: Context): Promise<void> {
  let told = { version: 0, delivered: false };
  await performEffect(context, {
    orderId: order.id,
    connectionId: order.source,
    name: 'oms.track',
    unless: (latest) => !needsTracking(latest),
    act: async (stored, _unsure, signal) => {
      const tracking = toOmsTracking(stored, context);
      told = { version: stored.order.tracking?.version ?? 0, delivered: tracking.deliveredAt !== null };
      return (await openPort(order, context, signal)).track(order.externalId, tracking);
    },
    record: ({ order: latest }, { sent }) => {
      const at = toInstant(context.store.clock.now());
      const { version = 0, toldDelivered = false } = latest.tracking ?? {};
      const tracking = {
        ...latest.tracking,
        version,
        toldVersion: told.version,
        toldDelivered: toldDelivered || told.delivered,
      };
      return { order: { ...latest, tracking }, timeline: [{ at, what: 'oms.tracked', detail: { sent } }] };
    },
  });
}

function toOmsTracking(stored: StoredOrder, { store }: Context): Parameters<OmsWriteBack['track']>[1] {
  const { order } = stored;
  const sent = (order.invoices ?? []).filter(({ type, state }) => type === 'output' && state === 'sent');
  const isElsewhere = order.tracking?.viaFulfilment === true;
  const events = isElsewhere ? [] : (openPerson(store, stored, 'current')?.trackingEvents ?? []);
  return {
    invoiceNumber: sent.at(-1)?.invoiceNumber ?? '',
    number: order.tracking?.trackingNumber ?? order.externalId,
    url: order.tracking?.trackingUrl ?? null,
    carrier: order.tracking?.carrier ?? null,
    dispatchedAt: null,
    events: events.flatMap(({ date, ...event }) => {
      const at = InstantSchema.safeParse(date).data;
      return at === undefined ? [] : [{ ...event, at }];
    }),
    deliveredAt: order.status === 'DELIVERED' && !isElsewhere ? deliveredAt(order) : null,
  };
}
