import * as z from 'zod';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { readAttempts } from '../../store/delivery-attempts.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { listDeliveries } from '../../store/delivery-log.ts';
import { readDelivery, readEvent, type Delivery } from '../../store/events.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { AttemptViewSchema, toAttemptView } from '../views/attempt-view.ts';
import { DeliveryStatusSchema, DeliveryViewSchema, toDeliveryView } from '../views/delivery-view.ts';
import { PageSchema, pageQuery, toWindow, windowQuery } from '../views/page.ts';
import { deliverAlone } from './endpoint-acts.ts';
import { requireEndpoint } from './endpoints.ts';

export const tag = 'Events and deliveries';
export const pageNote =
  'By id, order, event, endpoint and status it is found at once; by type and the rest by looking through what is found. For one page 2,000 are looked at: then it is short, or empty, and its cursor goes on.';
const params = z.strictObject({ deliveryId: IdSchema('delivery') });

const getDeliveries = defineRoute({
  method: 'get',
  path: '/v1/deliveries',
  summary: 'List deliveries, newest first',
  description: pageNote,
  tag,
  scope: 'read',
  query: z.strictObject({
    ...pageQuery('delivery'),
    endpointId: IdSchema('endpoint').optional(),
    status: DeliveryStatusSchema.optional(),
    orderId: IdSchema('order').optional(),
    eventId: IdSchema('event').optional(),
    type: EventTypeSchema.optional(),
    replayId: IdSchema('replay').optional(),
    ...windowQuery,
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(DeliveryViewSchema) } },
  async handle({ store, merchantId, query }) {
    const { cursor, limit, endpointId, status, orderId, eventId, type, replayId } = query;
    const event = eventId === undefined ? null : await readEvent(store, eventId);
    if (eventId !== undefined && event?.merchantId !== merchantId) return ok({ data: [], nextCursor: null });
    const keep = (delivery: Delivery): boolean =>
      (orderId === undefined || delivery.orderId === orderId) &&
      (eventId === undefined || delivery.eventId === eventId) &&
      (type === undefined || delivery.type === type) &&
      (replayId === undefined || delivery.replayId === replayId);
    const subjectId = orderId ?? event?.orderId ?? eventId;
    const page = { cursor, limit, endpointId, status, subjectId, keep, ...toWindow(query) };
    const { items, nextCursor } = await listDeliveries(store, merchantId, page);
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
  problems: ['delivery.not_found', 'event.not_found', 'event.wiped', 'endpoint.not_found', 'endpoint.state'],
  async handle({ store, merchantId, params: { deliveryId } }) {
    const { endpointId, eventId } = await requireDelivery(store, merchantId, deliveryId);
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const event = await readEvent(store, eventId);
    if (event === null) throw makeRefusal('event.not_found', 'the event is past its retention');
    if (event.wipedAt !== null) throw makeRefusal('event.wiped', `its payload was removed at ${event.wipedAt}`);
    return deliverAlone(store, endpoint, event);
  },
});

export const deliveryRoutes: readonly Route[] = [getDeliveries, getAttempts, replayDelivery];
