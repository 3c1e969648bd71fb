import { Hono } from 'hono';
import { z } from 'zod';
import type { NashEnv } from './nash-env.ts';
import { NashRefusal } from './nash-refusal.ts';
import { withStoredSubstitutions } from './order-rules.ts';
import { bulkUpsertSchema, orderInputSchema, orderUpsertSchema, type OrderFields } from './order-schema.ts';
import { toOrderBody, toOrderListItem } from './order-view.ts';
import type { Order, Orders } from './orders.ts';
import { commaList, queryInt, queryTime, readAs, readBody, readJson, readQuery } from './read-request.ts';
import { toJobBody } from './job-view.ts';
import type { Tenant } from './tenant.ts';

const listQuery = z.object({
  limit: queryInt(1, 100, 25),
  offset: queryInt(0, Number.MAX_SAFE_INTEGER, 0),
  sortBy: z.enum(['created_at', 'updated_at']).default('created_at'),
  sortDirection: z.enum(['ASC', 'DESC']).default('DESC'),
  startDate: queryTime.optional(),
  endDate: queryTime.optional(),
  status: commaList.optional(),
  ids: commaList.optional(),
  tags: commaList.optional(),
  search: z.string().optional(),
});

/** `/v1/order…`, `/v1/orders`, `/v2/orders/upsert/bulk` (OpenAPI tag Order). */
export const orderRoutes = new Hono<NashEnv>()
  .post('/v1/order', async (c) =>
    c.json(toOrderBody(c.get('tenant').orders.create(await readBody(c, orderInputSchema)))),
  )
  .post('/v1/order/external-identifier/:externalId', async (c) => {
    const fields = await readBody(c, orderUpsertSchema);
    return c.json(toOrderBody(c.get('tenant').orders.upsert(c.req.param('externalId'), fields)));
  })
  .post('/v1/order/external-identifier/:externalId/autodispatch', (c) =>
    c.json(dispatch(c.var, c.req.param('externalId'))),
  )
  .post('/v1/order/:id/autodispatch', (c) => c.json(dispatch(c.var, c.req.param('id'))))
  .get('/v1/order/:id', (c) => c.json(toOrderBody(c.get('tenant').orders.get(c.req.param('id')))))
  .patch('/v1/order/:id', async (c) => {
    const body = await readJson(c);
    refuseReadOnly(body);
    const { orders } = c.get('tenant');
    const changes = readAs(orderUpsertSchema, body);
    const order = orders.get(c.req.param('id'));
    return c.json(toOrderBody(orders.change(order.id, toKeptChanges(order, changes))));
  })
  .delete('/v1/order/:id', (c) => c.json(toOrderBody(c.get('tenant').orders.archive(c.req.param('id')))))
  .patch('/v1/order/:id/unarchive', (c) => c.json(toOrderBody(c.get('tenant').orders.unarchive(c.req.param('id')))))
  .patch('/v1/order/:id/confirm', (c) => c.json(toOrderBody(c.get('tenant').orders.confirm(c.req.param('id')))))
  .get('/v1/orders', (c) => {
    const query = readQuery(c, listQuery);
    const found = findOrders(c.get('tenant'), query);
    const results = found.slice(query.offset, query.offset + query.limit).map(toOrderListItem);
    return c.json({ results, totalCount: found.length, limit: query.limit, offset: query.offset });
  })
  .post('/v2/orders/upsert/bulk', async (c) => {
    const { orders } = await readBody(c, bulkUpsertSchema);
    const results = orders.map((body) => upsertOne(c.get('tenant').orders, body));
    const failed = results.filter(({ status }) => status === 'failed').length;
    return c.json({ results, summary: { success: results.length - failed, failed } });
  });

/** `FullJobPayload`. */
const dispatch = ({ tenant, answers }: NashEnv['Variables'], orderId: string) => ({
  job: toJobBody(tenant.jobs.dispatch(orderId), answers.spelling, { compressed: false }),
});

/** A PATCH of what only the picker writes meets the GraphQL layer behind the API (seen in the live sandbox). */
function refuseReadOnly(body: unknown): void {
  for (const key of ['status', 'pickedItems']) {
    if (typeof body === 'object' && body !== null && key in body) {
      throw new NashRefusal(400, 'BAD_REQUEST', `Unknown argument "${key}" on field "NashMutations.updateOrder".`);
    }
  }
}

/** What a PATCH says of `subItems[].substitution` is dropped with a 200 (seen in the live sandbox). */
const toKeptChanges = (order: Order, changes: OrderFields): OrderFields =>
  changes.items === undefined || changes.items === null
    ? changes
    : { ...changes, items: withStoredSubstitutions(order.fields, changes.items) };

/** Orders of the last 30 days unless the query says otherwise, the latest first. */
function findOrders({ orders, now }: Tenant, query: z.output<typeof listQuery>): Order[] {
  const from = (query.startDate ?? now() - 30 * 86_400_000) * 1000;
  const within = (order: Order): boolean =>
    query.ids !== undefined || (order.createdAt >= from && order.createdAt <= (query.endDate ?? Infinity) * 1000);
  const found = orders
    .list()
    .filter(
      (order) =>
        within(order) &&
        (query.ids?.includes(order.id) ?? true) &&
        (query.status?.includes(order.status) ?? order.status !== 'archived') &&
        (query.tags?.some((tag) => order.fields.tags?.includes(tag)) ?? true) &&
        (query.search === undefined || `${order.id} ${order.fields.externalId ?? ''}`.includes(query.search)),
    );
  const key = query.sortBy === 'created_at' ? 'createdAt' : 'updatedAt';
  const sign = query.sortDirection === 'ASC' ? 1 : -1;
  return found.sort((one, other) => sign * (one[key] - other[key]));
}

/** One order of a bulk upsert succeeds or fails alone. */
function upsertOne(orders: Orders, body: unknown) {
  const externalId = z.object({ externalId: z.string() }).safeParse(body).data?.externalId ?? null;
  try {
    const fields = readAs(orderInputSchema, body);
    if (externalId === null) throw new NashRefusal(400, 'ORDER_EXTERNAL_ID_REQUIRED', 'externalId is required');
    const order = orders.upsert(externalId, fields);
    return { externalId, status: 'success', id: order.id, data: toOrderBody(order), errors: null };
  } catch (error) {
    if (!(error instanceof NashRefusal)) throw error;
    return {
      externalId,
      status: 'failed',
      id: null,
      data: null,
      errors: [{ code: error.code, message: error.message }],
    };
  }
}
