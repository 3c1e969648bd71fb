import * as z from 'zod';
import { vocabularies } from '../../connectors/fulfilment/registry.ts';
import { IdSchema } from '../../domain/ids.ts';
import { learn, ownEvidence } from '../../domain/order-change.ts';
import { isReturnedWhole, refuseReturn, ReturnInputSchema, type OrderReturn } from '../../domain/order-return.ts';
import type { OrderHappening } from '../../domain/events.ts';
import type { Order } from '../../domain/order.ts';
import { settle } from '../../domain/settlement.ts';
import { InstantSchema } from '../../domain/time.ts';
import { omsWorkNow } from '../../queues/oms-update.ts';
import { toInstant } from '../../platform/clock.ts';
import { newId } from '../../store/deps.ts';
import { requireOrder } from '../../store/orders.ts';
import { created, ok } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';
import { makeInvoice } from './order-billing.ts';

const tag = 'Invoices and returns';
const params = z.strictObject({ orderId: IdSchema('order') });

/** A return as it is read back. */
const ReturnSchema = z
  .strictObject({
    id: IdSchema('return'),
    items: z.array(z.strictObject({ lineId: z.string(), quantity: z.int(), reason: z.string().nullable() })),
    reason: z.string().nullable(),
    invoiceId: z.union([IdSchema('invoice'), z.null()]),
    requestedAt: InstantSchema,
  })
  .meta({ id: 'Return' });

const toView = ({ items, reason, invoiceId, ...rest }: OrderReturn): z.infer<typeof ReturnSchema> => ({
  ...rest,
  items: items.map((item) => ({ ...item, reason: item.reason ?? null })),
  reason: reason ?? null,
  invoiceId: invoiceId ?? null,
});

const postReturn = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/returns',
  summary: 'Tell of goods that came back',
  description:
    'In whole or in part, from the moment an order has left the store. With `invoice` the OMS is told of the document by which the money goes back. When all that was in the bag is back, the order is RETURNED.',
  tag,
  scope: 'operate',
  params,
  body: ReturnInputSchema,
  answers: { 201: { description: 'Kept', schema: ReturnSchema } },
  problems: [
    'order.not_found',
    'order.state',
    'order.contended',
    'return.exceeds',
    'order.line_unknown',
    'invoice.number_taken',
  ],
  async handle({ store, merchantId, params: { orderId }, body }) {
    const id = newId('return', store.clock);
    const requestedAt = toInstant(store.clock.now());
    const { items, reason } = body;
    const order = await changeAtOnce(store, { merchantId, orderId }, (stored) => {
      const before = stored.order;
      const refusal = refuseReturn(before, body);
      if (refusal !== null) throw makeRefusal(refusal.code, refusal.detail, { detail: { orderId } });
      const invoices = before.invoices ?? [];
      const { invoice: document } = body;
      if (
        document !== undefined &&
        invoices.some((one) => one.type === 'input' && one.invoiceNumber === document.invoiceNumber)
      ) {
        throw makeRefusal('invoice.number_taken', `the order has an invoice ${document.invoiceNumber} already`);
      }
      const invoice =
        document === undefined
          ? undefined
          : makeInvoice(store, before, { type: 'input', input: { ...document, items: pricesOf(before, items) } });
      const kept: OrderReturn = { id, items, reason, invoiceId: invoice?.id, requestedAt };
      const next = {
        ...before,
        returns: [...(before.returns ?? []), kept],
        ...(invoice && { invoices: [...invoices, invoice] }),
      };
      const whole = isReturnedWhole(next);
      const happening: OrderHappening = {
        type: 'order.returned',
        data: {
          orderId,
          externalId: before.externalId,
          version: before.version + 1,
          returnId: id,
          items: items.map(({ lineId, quantity }) => ({ lineId, quantity })),
          whole,
        },
      };
      const changed = { order: next, happenings: [happening] };
      return {
        ...(whole ? learn(changed, [ownEvidence('returned', requestedAt)], vocabularies, requestedAt) : changed),
        timeline: [{ at: requestedAt, what: 'order.returnReported', detail: { returnId: id, whole } }],
        entries: invoice === undefined ? [] : omsWorkNow(before),
      };
    });
    const kept = order.returns?.find((one) => one.id === id);
    if (kept === undefined) throw new TypeError('a return that was kept is there');
    return created(`/v1/orders/${orderId}/returns`, toView(kept));
  },
});

/** What a unit of each line was charged; goods by weight are rounded. */
function pricesOf(
  order: Order,
  items: OrderReturn['items'],
): { lineId: string; quantity: number; priceMinor: number }[] {
  const { lines } = settle(order.content.lines, order.pickedItems);
  const prices = new Map(lines.map((line) => [line.lineId, Math.round(line.priceMinor / line.pickedQuantity)]));
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
    return ok({ data: (order.returns ?? []).map(toView), nextCursor: null });
  },
});

export const orderReturnRoutes: readonly Route[] = [postReturn, getReturns];
