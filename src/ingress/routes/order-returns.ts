import * as z from 'zod';
import { vocabularies } from '../../connectors/registry.ts';
import { IdSchema } from '../../domain/ids.ts';
import {
  merchantTells,
  refuseReturn,
  ReturnInputSchema,
  takeReturn,
  type OrderReturn,
} from '../../domain/order-return.ts';
import { withInvoice } from '../../domain/invoice.ts';
import type { Order } from '../../domain/order.ts';
import { settle } from '../../domain/settlement.ts';
import { omsWorkNow } from '../../queues/oms-update.ts';
import { toInstant } from '../../platform/clock.ts';
import { newId } from '../../store/deps.ts';
import { requireOrder } from '../../store/orders.ts';
import { created, ok } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';
import { ReturnSchema, toReturnView } from '../views/return-view.ts';
import { newInvoice } from './order-billing.ts';

const tag = 'Invoices and returns';
const params = z.strictObject({ orderId: IdSchema('order') });

const postReturn = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/returns',
  summary: 'Tell of goods that came back',
  description:
    'In whole or in part, from the moment an order has left the store. With `invoice` the OMS is told of the document by which the money goes back. When all that was in the bag is back, the order is RETURNED. Goods that the fulfilment system or the OMS has told of already are the same goods: the answer is that return.',
  tag,
  scope: 'operate',
  params,
  body: ReturnInputSchema,
  answers: { 201: { description: 'Kept, with the return that it is', schema: ReturnSchema } },
  problems: [
    'order.not_found',
    'order.state',
    'order.contended',
    'return.exceeds',
    'order.line_unknown',
    'invoice.number_taken',
  ],
  async handle({ store, merchantId, params: { orderId }, body }) {
    const reference = newId('return', store.clock);
    const at = toInstant(store.clock.now());
    const { items, reason, invoice: document } = body;
    const order = await changeAtOnce(store, { merchantId, orderId }, ({ order: before }) => {
      const refusal = refuseReturn(before, body);
      if (refusal !== null) throw makeRefusal(refusal.code, refusal.detail, { detail: { orderId } });
      const { invoices = [] } = before;
      const number = document?.invoiceNumber;
      if (invoices.some(({ type, invoiceNumber }) => type === 'input' && invoiceNumber === number)) {
        throw makeRefusal('invoice.number_taken', `the order has an invoice ${number} already`);
      }
      const invoice =
        document === undefined
          ? undefined
          : newInvoice(store, before, { type: 'input', input: { ...document, items: pricesOf(before, items) } });
      const next = invoice === undefined ? before : withInvoice(before, invoice);
      const telling = { system: merchantTells, reference, items, reason, invoiceId: invoice?.id };
      const facts = { newId: () => reference, at };
      const { changed, kept } = takeReturn({ order: next, happenings: [] }, telling, facts, vocabularies);
      return {
        ...changed,
        timeline: [{ at, what: 'order.returnReported', detail: { returnId: kept?.id, reference, by: merchantTells } }],
        entries: invoice === undefined ? [] : omsWorkNow(before),
      };
    });
    const kept = order.returns?.find(({ toldBy }) => toldBy.some((telling) => telling.reference === reference));
    if (kept === undefined) throw new TypeError('a return that was kept is there');
    return created(`/v1/orders/${orderId}/returns`, toReturnView(kept));
  },
});

/** What a unit of each line was charged, or would be as long as nobody said what was picked; goods by weight are rounded. */
function pricesOf(
  order: Order,
  items: OrderReturn['items'],
): { lineId: string; quantity: number; priceMinor: number }[] {
  const { lines } = settle(order.content.lines, order.pickedItems);
  const prices = new Map(
    lines.map(({ lineId, priceMinor, pickedQuantity, requestedMinor, requestedQuantity }) => [
      lineId,
      Math.round(pickedQuantity > 0 ? priceMinor / pickedQuantity : requestedMinor / requestedQuantity),
    ]),
  );
  return items.map(({ lineId, quantity }) => ({ lineId, quantity, priceMinor: prices.get(lineId) ?? 0 }));
}

const getReturns = defineRoute({
  method: 'get',
  path: '/v1/orders/:orderId/returns',
  summary: 'List the returns of an order',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'All of them', schema: PageSchema(ReturnSchema) } },
  problems: ['order.not_found'],
  async handle({ store, merchantId, params: { orderId } }) {
    const { order } = await requireOrder(store, orderId, merchantId);
    return ok({ data: (order.returns ?? []).map(toReturnView), nextCursor: null });
  },
});

export const orderReturnRoutes: readonly Route[] = [postReturn, getReturns];
