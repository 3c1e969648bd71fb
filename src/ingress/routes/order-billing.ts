import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import {
  InvoiceInputSchema,
  isInvoicedWhole,
  judgeInvoice,
  makeInvoice,
  withInvoice,
  type InvoiceInput,
  type OrderInvoice,
} from '../../domain/invoice.ts';
import { learn, ownEvidence, type Changed } from '../../domain/order-change.ts';
import { heldDetail, isHeld } from '../../domain/order-settlement.ts';
import type { Order } from '../../domain/order.ts';
import { acceptPicks } from '../../domain/settle-picks.ts';
import { InstantSchema } from '../../domain/time.ts';
import { vocabularies } from '../../connectors/registry.ts';
import { toInstant } from '../../platform/clock.ts';
import type { OrderChange } from '../../store/change-order.ts';
import { newId, type StoreDeps } from '../../store/deps.ts';
import { requireOrder } from '../../store/orders.ts';
import { omsWorkNow } from '../../queues/oms-update.ts';
import { ok } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';

const tag = 'Invoices and returns';
const params = z.strictObject({ orderId: IdSchema('order') });

const { items: _, ...ofInvoice } = InvoiceInputSchema.shape;
const ItemSchema = z.strictObject({ lineId: z.string(), quantity: z.int(), priceMinor: z.int() });

/** An invoice as it is read back. */
export const InvoiceSchema = z
  .strictObject({
    id: IdSchema('invoice'),
    type: z.enum(['output', 'input']).meta({ description: '`input` gives money back' }),
    ...ofInvoice,
    items: z.array(ItemSchema).optional(),
    state: z.enum(['wanted', 'sent', 'recorded', 'withdrawn', 'refused']).meta({
      description:
        'wanted: on its way to the OMS; recorded: there is no OMS to tell; withdrawn: the OMS canceled the order before it heard of it',
    }),
    requestedAt: InstantSchema,
    sentAt: InstantSchema.nullable(),
  })
  .meta({ id: 'Invoice' });

export const toInvoiceView = ({ items, sentAt, ...rest }: OrderInvoice): z.infer<typeof InvoiceSchema> => ({
  ...rest,
  ...(items === undefined ? {} : { items: [...items] }),
  sentAt: sentAt ?? null,
});

const postInvoice = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/invoices',
  summary: 'Tell of an invoice',
  description:
    'Possible from READY_FOR_INVOICING on, when what was picked is settled. It is told to the OMS once, however often it is sent. Several invoices may share what is due; together they may not be more. A settlement that somebody has to look at first is refused, unless it was accepted, or `acceptDifferences` does it now.',
  tag,
  scope: 'operate',
  params,
  body: InvoiceInputSchema.safeExtend({ acceptDifferences: z.boolean().default(false) }).meta({ id: 'InvoiceRequest' }),
  answers: {
    202: { description: 'Accepted', schema: InvoiceSchema },
    200: { description: 'This very invoice came before', schema: InvoiceSchema },
  },
  problems: [
    'order.not_found',
    'order.state',
    'order.contended',
    'invoice.number_taken',
    'invoice.exceeds',
    'order.line_unknown',
    'settlement.held',
  ],
  async handle({ store, merchantId, params: { orderId }, body: { acceptDifferences, ...input } }) {
    let answer: { invoice: OrderInvoice; isNew: boolean } | null = null;
    await changeAtOnce(store, { merchantId, orderId }, ({ order }) => {
      const judged = judgeInvoice(order, input);
      if (judged.verdict === 'refused') throw makeRefusal(judged.code, judged.detail, { detail: { orderId } });
      if (judged.verdict === 'same') {
        answer = { invoice: judged.invoice, isNew: false };
        return null;
      }
      if (!acceptDifferences) refuseHeld(order);
      const taken = acceptPicks(order, toInstant(store.clock.now())) ?? { order, happenings: [] };
      const invoice = newInvoice(store, order, { type: 'output', input });
      answer = { invoice, isNew: true };
      return invoiced(store, taken, invoice);
    });
    const { invoice, isNew } = answer ?? never();
    return { status: isNew ? 202 : 200, json: toInvoiceView(invoice), headers: { Location: pathOf(orderId) } };
  },
});

const pathOf = (orderId: string): string => `/v1/orders/${orderId}/invoices`;
const never = (): never => {
  throw new TypeError('a change that was made has an answer');
};

function refuseHeld(order: Order): void {
  const { settlement } = order;
  if (settlement === undefined || !isHeld(order)) return;
  throw makeRefusal('settlement.held', heldDetail(settlement), {
    detail: { orderId: order.id, obstacles: settlement.obstacles },
  });
}

export const newInvoice = (
  { clock }: StoreDeps,
  order: Order,
  document: { type: OrderInvoice['type']; input: InvoiceInput },
): OrderInvoice =>
  makeInvoice(order, { ...document, id: newId('invoice', clock), requestedAt: toInstant(clock.now()) });

function invoiced(store: StoreDeps, { order, happenings }: Changed, invoice: OrderInvoice): OrderChange {
  const at = toInstant(store.clock.now());
  const { invoiceNumber, valueMinor } = invoice;
  const told = withInvoice(order, invoice);
  // An OMS says by itself when all of an order is invoiced.
  const isOver = order.oms === undefined && isInvoicedWhole(told);
  const changed = { order: told, happenings };
  return {
    ...(isOver ? learn(changed, [ownEvidence('invoiced', at)], vocabularies, at) : changed),
    timeline: [{ at, what: 'invoice.accepted', detail: { invoiceNumber, valueMinor } }],
    entries: omsWorkNow(order),
  };
}

const getInvoices = defineRoute({
  method: 'get',
  path: '/v1/orders/:orderId/invoices',
  summary: 'List the invoices of an order',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'All of them', schema: PageSchema(InvoiceSchema) } },
  problems: ['order.not_found'],
  async handle({ store, merchantId, params: { orderId } }) {
    const { order } = await requireOrder(store, orderId, merchantId);
    return ok({ data: (order.invoices ?? []).map(toInvoiceView), nextCursor: null });
  },
});

export const orderBillingRoutes: readonly Route[] = [postInvoice, getInvoices];
