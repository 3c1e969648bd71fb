import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { packagesOf, type Account, type OmsOrder } from './account.ts';
import type { OmsEnv } from './oms-env.ts';
import { readVtexBody } from './read-vtex-body.ts';
import { orderNotFound, VtexRefusal } from './vtex-refusal.ts';
import { toVtexTime } from './vtex-time.ts';

const cancelBody = z.object({ reason: z.string(), requestedByUser: z.boolean().optional() });
const interactionBody = z.object({ source: z.string().min(1), message: z.string().min(1) });
const invoiceBody = z.object({
  type: z.enum(['Output', 'Input']),
  issuanceDate: z.string(),
  invoiceNumber: z.string().regex(/^[A-Za-z0-9]+$/),
  invoiceValue: z.union([z.string().regex(/^\d+$/), z.int().positive()]).transform(Number),
  items: z.array(z.object({ id: z.string(), price: z.int(), quantity: z.int().positive() })),
  courier: z.string().nullish(),
  trackingNumber: z.string().nullish(),
  trackingUrl: z.string().nullish(),
});
const packageBody = z.object({
  trackingNumber: z.string(),
  trackingUrl: z.string().nullish(),
  courier: z.string().nullish(),
});
const trackingBody = z.object({
  isDelivered: z.boolean(),
  deliveredDate: z.string().nullish(),
  events: z.array(z.object({ city: z.string(), state: z.string(), description: z.string(), date: z.string() })),
});

/** By id, or by `seq` and its number, as the call takes both. */
function orderOf(account: Account, id: string): OmsOrder {
  const sequence = /^seq(\d+)$/.exec(id)?.[1];
  const order =
    sequence === undefined
      ? account.orders.get(id)
      : [...account.orders.values()].find(({ doc }) => doc.sequence === sequence);
  if (order === undefined || order.gone) throw orderNotFound(id);
  return order;
}

const receiptOf = ({ orderId }: OmsOrder) => ({
  date: toVtexTime(Date.now()),
  orderId,
  receipt: randomUUID().replaceAll('-', ''),
});

const ended: ReadonlySet<string> = new Set(['invoiced', 'invoice']);

/** Orders API, `/api/oms/pvt/orders`. */
export const orderRoutes = new Hono<OmsEnv>()
  .get('/', (c) => {
    const list = [...c.get('account').orders.values()].slice(-15).map(({ orderId, doc }) => ({
      orderId,
      sequence: doc.sequence,
      status: doc.status,
      creationDate: doc['creationDate'],
      totalValue: doc['value'],
    }));
    return c.json({ list, facets: [], paging: { total: list.length, pages: 1, currentPage: 1, perPage: 15 } });
  })
  .get('/:id', (c) => {
    const order = orderOf(c.get('account'), c.req.param('id'));
    if (order.invisibleReads > 0) {
      order.invisibleReads -= 1;
      throw orderNotFound(order.orderId);
    }
    return c.json(order.doc);
  })
  .post('/:id/start-handling', (c) => {
    const account = c.get('account');
    const { orderId } = orderOf(account, c.req.param('id'));
    if (account.port.startHandling(orderId)) return c.body(null, 204);
    throw new VtexRefusal(409, 'OMS003', 'Order status should be ready-for-handling to perform this action');
  })
  .post('/:id/cancel', async (c) => {
    const account = c.get('account');
    const order = orderOf(account, c.req.param('id'));
    const { reason } = await readVtexBody(c, cancelBody);
    if (ended.has(order.doc.status)) throw new VtexRefusal(400, 'OMS011', 'An invoiced order cannot be canceled');
    if (order.doc.status !== 'canceled') {
      Object.assign(order.doc, { cancelReason: reason });
      c.get('account').moveTo(order, 'cancel');
      c.get('account').moveTo(order, 'canceled');
    }
    return c.json(receiptOf(order));
  })
  .post('/:id/interactions', async (c) => {
    const order = orderOf(c.get('account'), c.req.param('id'));
    order.interactions.push(await readVtexBody(c, interactionBody));
    return c.json(receiptOf(order));
  })
  .post('/:id/invoice', async (c) => {
    const order = orderOf(c.get('account'), c.req.param('id'));
    const { invoiceNumber, invoiceValue, ...rest } = await readVtexBody(c, invoiceBody);
    if (order.doc.status === 'canceled') throw new VtexRefusal(400, 'OMS012', 'A canceled order cannot be invoiced');
    c.get('account').invoice(order, invoiceNumber, invoiceValue, rest);
    return c.json(receiptOf(order));
  })
  .patch('/:id/invoice/:number', async (c) => {
    const order = orderOf(c.get('account'), c.req.param('id'));
    Object.assign(packageOf(order, c.req.param('number')), await readVtexBody(c, packageBody));
    return c.json(receiptOf(order));
  })
  .put('/:id/invoice/:number/tracking', async (c) => {
    const order = orderOf(c.get('account'), c.req.param('id'));
    const { isDelivered, deliveredDate, events } = await readVtexBody(c, trackingBody);
    const parcel = packageOf(order, c.req.param('number'));
    if (typeof parcel['trackingNumber'] !== 'string') {
      throw new VtexRefusal(400, 'OMS013', 'The package has no tracking number');
    }
    parcel['courierStatus'] = {
      status: isDelivered ? 'delivered' : 'ok',
      finished: isDelivered,
      deliveredDate,
      data: events,
    };
    return c.json(receiptOf(order));
  });

function packageOf(order: OmsOrder, number: string): Record<string, unknown> {
  const found = packagesOf(order).find((entry) => entry['invoiceNumber'] === number);
  if (found === undefined) throw new VtexRefusal(404, 'OMS014', `Invoice ${number} not found`);
  return found;
}
