import * as z from 'zod';
import { EventBodySchema, EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { missedOutcomes } from '../../domain/replay.ts';
import { InstantSchema } from '../../domain/time.ts';
import { deliveryWork } from '../../queues/delivery-attempt.ts';
import { commit } from '../../store/commit.ts';
import { listEvents } from '../../store/delivery-log.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { listSubscribers } from '../../store/endpoints.ts';
import { deliveryWrites, makeDelivery, readEvent, subscribersOf, type StoredEvent } from '../../store/events.ts';
import { outcomeOf, readDeliveriesOf } from '../../store/missed-events.ts';
import { wipeEvent } from '../../store/wipe-event.ts';
import { accepted, noContent, ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { DeliveryViewSchema, toDeliveryView } from '../views/delivery-view.ts';
import { PageSchema, pageQuery, toWindow, windowQuery } from '../views/page.ts';
import { EventOutcomeSchema } from '../views/replay-view.ts';
import { pageNote, tag } from './deliveries.ts';
import { requireEndpoint } from './endpoints.ts';

const params = z.strictObject({ eventId: IdSchema('event') });

const EventViewSchema = z
  .strictObject({
    id: IdSchema('event'),
    type: EventTypeSchema,
    orderId: IdSchema('order').nullable(),
    body: EventBodySchema.meta({ id: 'EventBody' }).nullable(),
    createdAt: InstantSchema,
    wipedAt: InstantSchema.nullable().meta({ description: 'When somebody had its body removed' }),
  })
  .meta({ id: 'Event' });

const toEventView = ({
  id,
  type,
  orderId,
  body,
  createdAt,
  wipedAt,
}: StoredEvent): z.infer<typeof EventViewSchema> => ({
  id,
  type,
  orderId,
  body: wipedAt === null ? EventBodySchema.parse(JSON.parse(body)) : null,
  createdAt,
  wipedAt,
});

async function requireEvent(store: StoreDeps, merchantId: string, id: string): Promise<StoredEvent> {
  const event = await readEvent(store, id);
  if (event?.merchantId !== merchantId) throw makeRefusal('event.not_found', 'no such event, or past its retention');
  return event;
}

/** Everything that was tried with it, newest first, each endpoint's apart. */
async function readOutcomes(store: StoreDeps, event: StoredEvent) {
  const deliveries = (await readDeliveriesOf(store, [event])).get(event.id) ?? [];
  const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  return { deliveries, outcomeAt: (endpointId: string) => outcomeOf(byEndpoint.get(endpointId) ?? []) };
}

const getEvents = defineRoute({
  method: 'get',
  path: '/v1/events',
  summary: 'List events, newest first',
  description: pageNote,
  tag,
  scope: 'read',
  query: z.strictObject({
    ...pageQuery('event'),
    type: EventTypeSchema.optional(),
    orderId: IdSchema('order').optional(),
    ...windowQuery,
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(EventViewSchema) } },
  async handle({ store, merchantId, query }) {
    const { cursor, limit, type, orderId } = query;
    const keep = (event: StoredEvent): boolean => type === undefined || event.type === type;
    const page = { cursor, limit, orderId, keep, ...toWindow(query) };
    const { items, nextCursor } = await listEvents(store, merchantId, page);
    return ok({ data: items.map(toEventView), nextCursor });
  },
});

const getEvent = defineRoute({
  method: 'get',
  path: '/v1/events/:eventId',
  summary: 'Read an event, and what became of it',
  tag,
  scope: 'read',
  params,
  answers: {
    200: {
      description: 'With all of its deliveries, newest first',
      schema: EventViewSchema.extend({ deliveries: z.array(DeliveryViewSchema) }).meta({ id: 'EventWithDeliveries' }),
    },
  },
  problems: ['event.not_found'],
  async handle({ store, merchantId, params: { eventId } }) {
    const event = await requireEvent(store, merchantId, eventId);
    const { deliveries } = await readOutcomes(store, event);
    return ok({ ...toEventView(event), deliveries: deliveries.map(toDeliveryView) });
  },
});

const PlaceSchema = z.strictObject({ endpointId: IdSchema('endpoint'), outcome: EventOutcomeSchema });
const EventReplaySchema = z
  .strictObject({
    eventId: IdSchema('event'),
    sent: z.array(PlaceSchema).meta({ description: 'Where to, and what had become of it there' }),
    skipped: z.array(PlaceSchema).meta({ description: 'It is there already, or on its way' }),
    deliveries: z.array(DeliveryViewSchema).meta({ description: 'The new ones; none with `plan`' }),
  })
  .meta({ id: 'EventReplay' });

const replayEvent = defineRoute({
  method: 'post',
  path: '/v1/events/:eventId/replay',
  summary: 'Send an event again',
  description:
    'To each endpoint that would have it and has not got it: its deliveries there have failed or were dropped, or there never was one. At once, beside the order of the others; the event keeps its id.',
  tag,
  scope: 'operate',
  params,
  body: z
    .strictObject({
      plan: z.boolean().default(false).meta({ description: 'Only say where it would be sent' }),
      endpointId: IdSchema('endpoint').optional().meta({ description: 'To this one alone' }),
      includeDelivered: z.boolean().default(false).meta({ description: 'Also where it has been delivered' }),
    })
    .meta({ id: 'EventReplayInput' }),
  bodyOptional: true,
  answers: {
    200: { description: 'What would be sent (`plan`)', schema: EventReplaySchema },
    202: { description: 'Under way', schema: EventReplaySchema },
  },
  problems: ['event.not_found', 'event.wiped', 'event.under_way', 'endpoint.not_found'],
  async handle({ store, merchantId, params: { eventId }, body: { plan, endpointId, includeDelivered } }) {
    const event = await requireEvent(store, merchantId, eventId);
    if (event.wipedAt !== null) throw makeRefusal('event.wiped', `its payload was removed at ${event.wipedAt}`);
    if (endpointId !== undefined) await requireEndpoint(store, merchantId, endpointId);
    const subscribers = subscribersOf(event, await listSubscribers(store, merchantId));
    const { outcomeAt } = await readOutcomes(store, event);
    const places = subscribers
      .filter(({ id }) => endpointId === undefined || id === endpointId)
      .map(({ id }) => ({ endpointId: id, outcome: outcomeAt(id) }));
    const wanted = new Set<string>([...missedOutcomes, ...(includeDelivered ? ['delivered'] : [])]);
    const sent = places.filter(({ outcome }) => wanted.has(outcome));
    const skipped = places.filter(({ outcome }) => !wanted.has(outcome));
    if (plan) return ok({ eventId, sent, skipped, deliveries: [] });
    if (sent.length === 0) throw makeRefusal('event.under_way', 'there is no endpoint that misses it');
    const deliveries = sent.map((place) => makeDelivery(store, event, place.endpointId));
    await commit(store, {
      writes: deliveries.flatMap((delivery) => deliveryWrites(store, delivery)),
      entries: deliveries.map((delivery) => deliveryWork(delivery, false)),
    });
    return accepted({ eventId, sent, skipped, deliveries: deliveries.map(toDeliveryView) });
  },
});

const deletePayload = defineRoute({
  method: 'delete',
  path: '/v1/events/:eventId/payload',
  summary: 'Remove the payload of an event',
  description:
    'For good, and with it what its deliveries keep of requests and answers. That it happened, and when it was sent, stays. It is not sent any more: what is on its way is dropped.',
  tag,
  scope: 'operate',
  params,
  answers: { 204: { description: 'It is gone, or was' } },
  problems: ['event.not_found'],
  async handle({ store, merchantId, params: { eventId }, log }) {
    const event = await requireEvent(store, merchantId, eventId);
    await wipeEvent(store, event);
    log.info({ merchantId, eventId }, 'event.wiped');
    return noContent;
  },
});

export const eventRoutes: readonly Route[] = [getEvents, getEvent, replayEvent, deletePayload];
