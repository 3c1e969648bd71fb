import * as z from 'zod';
import { EventBodySchema, EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { readAttempts } from '../../store/delivery-attempts.ts';
import type { StoreDeps } from '../../store/deps.ts';
import {
  listDeliveries,
  listEvents,
  readDelivery,
  readEvent,
  type Delivery,
  type StoredEvent,
} from '../../store/events.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { AttemptViewSchema, toAttemptView } from '../views/attempt-view.ts';
import { DeliveryStatusSchema, DeliveryViewSchema, toDeliveryView } from '../views/delivery-view.ts';
import { PageSchema, pageQuery } from '../views/page.ts';
import { deliverAlone } from './endpoint-acts.ts';
import { requireEndpoint } from './endpoints.ts';

const tag = 'Events and deliveries';
const params = z.strictObject({ deliveryId: IdSchema('delivery') });

const EventViewSchema = z
  .strictObject({
    id: IdSchema('event'),
    type: EventTypeSchema,
    orderId: IdSchema('order').nullable(),
    body: EventBodySchema.meta({ id: 'EventBody' }),
    createdAt: InstantSchema,
  })
  .meta({ id: 'Event' });

const toEventView = ({ id, type, orderId, body, createdAt }: StoredEvent): z.infer<typeof EventViewSchema> => ({
  id,
  type,
  orderId,
  body: EventBodySchema.parse(JSON.parse(body)),
  createdAt,
});

const getEvents = defineRoute({
  method: 'get',
  path: '/v1/events',
  summary: 'List events, newest first',
  tag,
  scope: 'read',
  query: z.strictObject({
    ...pageQuery('event'),
    type: EventTypeSchema.optional(),
    orderId: IdSchema('order').optional(),
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(EventViewSchema) } },
  async handle({ store, merchantId, query: { cursor, limit, type, orderId } }) {
    const keep = (event: StoredEvent): boolean =>
      (type === undefined || event.type === type) && (orderId === undefined || event.orderId === orderId);
    const { items, nextCursor } = await listEvents(store, merchantId, { cursor, limit, keep });
    return ok({ data: items.map(toEventView), nextCursor });
  },
});

const getDeliveries = defineRoute({
  method: 'get',
  path: '/v1/deliveries',
  summary: 'List deliveries, newest first',
  tag,
  scope: 'read',
  query: z.strictObject({
    ...pageQuery('delivery'),
    endpointId: IdSchema('endpoint').optional(),
    status: DeliveryStatusSchema.optional(),
    orderId: IdSchema('order').optional(),
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(DeliveryViewSchema) } },
  async handle({ store, merchantId, query: { cursor, limit, endpointId, status, orderId } }) {
    const keep = (delivery: Delivery): boolean =>
      (endpointId === undefined || delivery.endpointId === endpointId) &&
      (status === undefined || delivery.status === status) &&
      (orderId === undefined || delivery.orderId === orderId);
    const { items, nextCursor } = await listDeliveries(store, merchantId, { cursor, limit, keep });
    return ok({ data: items.map(toDeliveryView), nextCursor });
  },
});

async function requireDelivery(store: StoreDeps, merchantId: string, id: string): Promise<Delivery> {
  const delivery = await readDelivery(store, id);
  if (delivery?.merchantId !== merchantId) throw makeRefusal('delivery.not_found', 'no such delivery');
  return delivery;
}

const getAttempts = defineRoute({
  method: 'get',
  path: '/v1/deliveries/:deliveryId/attempts',
  summary: 'The attempts of a delivery, oldest first',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The last 20', schema: PageSchema(AttemptViewSchema) } },
  problems: ['delivery.not_found'],
  async handle({ store, merchantId, params: { deliveryId } }) {
    await requireDelivery(store, merchantId, deliveryId);
    return ok({ data: (await readAttempts(store, deliveryId)).map(toAttemptView), nextCursor: null });
  },
});

const replayDelivery = defineRoute({
  method: 'post',
  path: '/v1/deliveries/:deliveryId/replay',
  summary: 'Send the same event again',
  description: 'A new delivery, beside the order of the others; the event keeps its id.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'The new delivery', schema: DeliveryViewSchema } },
  problems: ['delivery.not_found', 'event.not_found', 'endpoint.not_found', 'endpoint.state'],
  async handle({ store, merchantId, params: { deliveryId } }) {
    const { endpointId, eventId } = await requireDelivery(store, merchantId, deliveryId);
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const event = await readEvent(store, eventId);
    if (event === null) throw makeRefusal('event.not_found', 'the event is past its retention');
    return deliverAlone(store, endpoint, event);
  },
});

export const deliveryRoutes: readonly Route[] = [getEvents, getDeliveries, getAttempts, replayDelivery];
