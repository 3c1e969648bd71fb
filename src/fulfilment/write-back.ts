import type { OmsWriteBack } from '../connectors/oms/write-back.ts';
import { deliveredAt } from '../domain/order-delivery.ts';
import { mayTellInvoices, needsTracking } from '../domain/order-write-back.ts';
import type { Order } from '../domain/order.ts';
import { InstantSchema } from '../domain/time.ts';
import { toInstant } from '../platform/clock.ts';
import { performEffect } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { requireOrder, type StoredOrder } from '../store/orders.ts';
import { openPerson } from '../store/persons.ts';
import type { OpenOms, WorkerDeps } from './deps.ts';
import { openOmsPort } from './open-oms-port.ts';
import { invoiceItself, tellInvoices } from './tell-invoices.ts';
import { needsPicks, tellPicks } from './tell-picks.ts';

type Context = JobContext<WorkerDeps>;

/**
 * What became of an order, told to its OMS in turn: what was picked, the invoices, the parcel. Each step is committed before the
 * next, and done only where the OMS is not there yet. `later`: the work has been given back, and goes on in a while.
 */
export async function writeBack(orderId: string, oms: OpenOms, context: Context): Promise<'done' | 'later'> {
  if (oms.connection.writeBack === undefined) return 'done';
  let { order } = await requireOrder(context.store, orderId);
  if (needsPicks(order)) {
    const told = await tellPicks(order, context);
    if (told === 'later') return 'later';
    order = told;
  }
  if (order.oms?.invoicesItself === true) order = (await invoiceItself(order, context)) ?? order;
  if (!mayTellInvoices(order)) return 'done';
  const { order: billed, refusal } = await tellInvoices(order, context);
  if (needsTracking(billed)) await tellTracking(billed, context);
  if (refusal !== null) throw refusal;
  return 'done';
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
      return (await openOmsPort(order, context, signal)).track(order.externalId, tracking);
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
    invoiceNumber: sent.at(-1)?.invoiceNumber ?? null,
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
