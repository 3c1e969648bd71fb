import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ExternalIdSchema, OrderInputSchema } from '../../domain/order-input.ts';
import { OrderStatusSchema } from '../../domain/order-status.ts';
import { InstantSchema } from '../../domain/time.ts';
import { makeEntry } from '../../queues/define-job.ts';
import { fulfilmentSubmit } from '../../queues/fulfilment-submit.ts';
import { acceptOrder } from '../../store/accept-order.ts';
import { readConnection } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { merchantLane } from '../../store/entries.ts';
import { findEverywhere } from '../../store/find-everywhere.ts';
import { isWanted } from '../../store/order-lists.ts';
import { listOrders, readOrder, readTimeline, requireOrder } from '../../store/orders.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeInvalid, makeRefusal } from '../problem.ts';
import { replayedHeader } from '../run-once.ts';
import { OrderViewSchema, readView, toOrderView } from '../views/order-view.ts';
import { PageSchema, pageQuery } from '../views/page.ts';

const tag = 'Orders';
const params = z.strictObject({ orderId: IdSchema('order') });
const problems = ['order.not_found'] as const;
const pathOf = (orderId: string): string => `/v1/orders/${orderId}`;
const exists = (why: string, orderId: string) => makeRefusal('order.exists', why, { detail: { orderId } });

const ConnectionHeaderSchema = IdSchema('connection')
  .optional()
  .meta({ description: 'The OMS connection that the order comes from; without it, the merchant’s `generic` source' });

/** Which source an order belongs to; its external id is unique within that. */
async function sourceOf(store: StoreDeps, merchantId: string, header: string | string[] | undefined): Promise<string> {
  if (header === undefined) return 'generic';
  const id = ConnectionHeaderSchema.safeParse(header).data;
  const connection = id === undefined ? null : await readConnection(store, merchantId, id);
  if (connection?.kind === 'oms') return connection.id;
  throw makeInvalid([
    { code: 'field.value', detail: 'is no OMS connection of this merchant', parameter: 'Packline-Connection' },
  ]);
}

const postOrder = defineRoute({
  method: 'post',
  path: '/v1/orders',
  summary: 'Hand over an order',
  description:
    'Accepted means durable: the order is on its way when this is answered. An order is unique by its `externalId`; the same one again is answered with the order that exists.',
  tag,
  scope: 'operate',
  body: OrderInputSchema,
  requestHeaders: { 'Packline-Connection': ConnectionHeaderSchema },
  idempotency: 'own',
  isOwnRecord: true,
  checksGeneration: true,
  answers: {
    202: { description: 'Accepted', schema: OrderViewSchema },
    200: { description: 'This very order came before, under another key', schema: OrderViewSchema },
  },
  problems: ['order.exists'],
  async handle({ store, merchantId, idempotencyKey, headers: { 'packline-connection': from }, body }) {
    const accepted = await acceptOrder(store, {
      merchantId,
      source: await sourceOf(store, merchantId, from),
      idempotencyKey: idempotencyKey ?? '',
      input: body,
      work: (orderId) => makeEntry(fulfilmentSubmit, { orderId }, { lane: merchantLane(merchantId) }),
    });
    switch (accepted.outcome) {
      case 'created': {
        const { order, person, replayed } = accepted;
        const headers = { Location: pathOf(order.id), ...(replayed ? replayedHeader : {}) };
        return { status: 202, json: toOrderView(order, person), headers };
      }
      case 'existing': {
        const { orderId, replayed } = accepted;
        const stored = await readOrder(store, orderId);
        if (stored === null) throw exists('this order was taken before, and its retention is over', orderId);
        const headers = { Location: pathOf(orderId), ...(replayed ? replayedHeader : {}) };
        return { status: 200, json: readView(store, stored), headers };
      }
      case 'different':
        throw exists('another order has this externalId; send changes with PATCH', accepted.orderId);
      case 'reused':
        throw makeRefusal('idempotency.key_reused', 'this key was used for another request');
    }
  },
});

const OrdersQuerySchema = z.strictObject({
  ...pageQuery('order'),
  status: OrderStatusSchema.optional(),
  storeLocationId: ExternalIdSchema.optional(),
  externalId: ExternalIdSchema.optional(),
});

const getOrders = defineRoute({
  method: 'get',
  path: '/v1/orders',
  summary: 'List orders, newest first',
  tag,
  scope: 'read',
  query: OrdersQuerySchema,
  answers: { 200: { description: 'A page', schema: PageSchema(OrderViewSchema) } },
  async handle({ store, merchantId, query: { cursor, limit, ...wanted } }) {
    if (wanted.externalId !== undefined) {
      const found = cursor === undefined ? await findEverywhere(store, merchantId, wanted.externalId) : [];
      const data = found.filter(({ order }) => isWanted(order, wanted)).map((one) => readView(store, one));
      return ok({ data, nextCursor: null });
    }
    const { stored, nextCursor } = await listOrders(store, merchantId, { ...wanted, cursor, limit });
    return ok({ data: stored.map((one) => readView(store, one)), nextCursor });
  },
});

const getOrder = defineRoute({
  method: 'get',
  path: '/v1/orders/:orderId',
  summary: 'Read an order',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The order', schema: OrderViewSchema } },
  problems,
  handle: async ({ store, merchantId, params: { orderId } }) =>
    ok(readView(store, await requireOrder(store, orderId, merchantId))),
});

const TimelineLineSchema = z
  .strictObject({ at: InstantSchema, what: z.string(), detail: z.record(z.string(), z.unknown()).optional() })
  .meta({ id: 'TimelineLine' });

const getTimeline = defineRoute({
  method: 'get',
  path: '/v1/orders/:orderId/timeline',
  summary: 'What happened to an order, oldest first',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'All of it', schema: PageSchema(TimelineLineSchema) } },
  problems,
  async handle({ store, merchantId, params: { orderId } }) {
    await requireOrder(store, orderId, merchantId);
    return ok({ data: await readTimeline(store, orderId), nextCursor: null });
  },
});

export const orderRoutes: readonly Route[] = [postOrder, getOrders, getOrder, getTimeline];
