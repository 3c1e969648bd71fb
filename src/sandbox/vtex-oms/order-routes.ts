import { Hono } from 'hono';
import { z } from 'zod';
import type { OmsEnv } from './oms-env.ts';
import type { OmsOrder } from './oms-order.ts';
import { invoiceBody, shippedBody, trackingBody } from './packages.ts';
import { toListStats } from './order-stats.ts';
import { readVtexBody, readVtexQuery } from './read-vtex-body.ts';
import { VtexRefusal } from './vtex-refusal.ts';

const cancelBody = z.strictObject({ reason: z.string(), requestedByUser: z.boolean().optional() });
const interactionBody = z.strictObject({ source: z.string().min(1), message: z.string().min(1) });
const listQuery = z.object({
  page: z.coerce.number().int().min(1).max(30).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(15),
  f_status: z.string().optional(),
  /** `creationDate:[2022-01-01T02:00:00.000Z TO 2022-01-02T01:59:59.999Z]` */
  f_creationDate: z
    .string()
    .regex(/^creationDate:\[\S+ TO \S+\]$/)
    .transform((range) =>
      range
        .slice('creationDate:['.length, -1)
        .split(' TO ')
        .map((at) => Date.parse(at)),
    )
    .optional(),
  orderBy: z.enum(['creationDate,asc', 'creationDate,desc']).default('creationDate,desc'),
});

/** Orders API, `/api/oms/pvt/orders`. */
export const orderRoutes = new Hono<OmsEnv>()
  .get('/', (c) => {
    const { page, per_page: perPage, f_status: status, f_creationDate: made, orderBy } = readVtexQuery(c, listQuery);
    const [from = 0, to = Infinity] = made ?? [];
    const found = [...c.get('account').orders.values()].filter(
      ({ doc, createdAt }) => (status === undefined || doc.status === status) && createdAt >= from && createdAt <= to,
    );
    if (orderBy === 'creationDate,desc') found.reverse();
    const total = found.length;
    const listed = {
      list: found.slice((page - 1) * perPage, page * perPage).map(toListItem),
      facets: [],
      paging: { total, pages: Math.ceil(total / perPage), currentPage: page, perPage },
      stats: toListStats(found),
    };
    return c.json(listed, 200, { 'content-type': 'application/json; charset=utf-8' });
  })
  .get('/:id', (c) => c.json(c.get('account').read(c.req.param('id')).doc))
  .post('/:id/start-handling', (c) => {
    const account = c.get('account');
    const order = account.get(c.req.param('id'));
    order.startHandlingCalls += 1;
    if (account.startHandling(order)) return c.body(null, 204);
    throw new VtexRefusal(409, 'OMS003', 'Order status should be ready-for-handling to perform this action');
  })
  .post('/:id/cancel', async (c) => {
    const account = c.get('account');
    const order = account.get(c.req.param('id'));
    const { reason, requestedByUser } = await readVtexBody(c, cancelBody);
    account.cancel(order, reason, requestedByUser === true ? 'customer' : 'seller');
    return c.json(account.receiptOf(order));
  })
  .post('/:id/interactions', async (c) => {
    const { interactions } = c.get('account').get(c.req.param('id'));
    interactions.push(await readVtexBody(c, interactionBody));
    return c.body(null, 200);
  })
  .post('/:id/invoice', async (c) => {
    const account = c.get('account');
    const order = account.get(c.req.param('id'));
    account.invoices.add(order, await readVtexBody(c, invoiceBody));
    return c.json(account.receiptOf(order));
  })
  .patch('/:id/invoice/:number', async (c) => {
    const account = c.get('account');
    const order = account.get(c.req.param('id'));
    account.invoices.ship(order, c.req.param('number'), await readVtexBody(c, shippedBody));
    return c.json(account.receiptOf(order));
  })
  .put('/:id/invoice/:number/tracking', async (c) => {
    const account = c.get('account');
    const order = account.get(c.req.param('id'));
    account.invoices.track(order, c.req.param('number'), await readVtexBody(c, trackingBody));
    return c.json(account.receiptOf(order), 200, { 'content-type': 'application/json; charset=utf-8' });
  });

/** An element of the list, as its example prints it. */
const toListItem = ({ orderId, doc, input }: OmsOrder) => ({
  orderId,
  creationDate: doc['creationDate'],
  clientName: 'Sam Sandbox',
  items: null,
  totalValue: doc.value,
  paymentNames: '',
  status: doc.status,
  statusDescription: '',
  marketPlaceOrderId: null,
  sequence: doc.sequence,
  salesChannel: '1',
  affiliateId: '',
  origin: 'Marketplace',
  workflowInErrorState: false,
  workflowInRetry: false,
  lastMessageUnread: null,
  ShippingEstimatedDate: null,
  ShippingEstimatedDateMax: null,
  ShippingEstimatedDateMin: null,
  orderIsComplete: true,
  listId: null,
  listType: null,
  authorizedDate: doc['authorizedDate'],
  callCenterOperatorName: null,
  totalItems: input.lines.length,
  currencyCode: 'BRL',
});
