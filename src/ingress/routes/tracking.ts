import * as z from 'zod';
import { toCarrierSlug, toTrackingNumber, type FollowedParcel } from '../../domain/parcel.ts';
import { makeEntry } from '../../queues/define-job.ts';
import { parcelAsk } from '../../queues/parcel-ask.ts';
import { askOnDemand } from '../../store/asked-parcels.ts';
import { readConnection } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { dueMember, readParcel } from '../../store/parcels.ts';
import { accepted, ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { FieldErrorSchema, makeRefusal } from '../problem.ts';
import { takeTrackingEvents } from '../take-tracking-events.ts';
import { TrackingEventSchema } from '../tracking-event-input.ts';
import { validateBody } from '../validate.ts';
import { TrackingViewSchema, toTrackingView } from '../views/tracking-view.ts';

const tag = 'Tracking';
const eventsMax = 1_000;
const BatchSchema = z.strictObject({ events: z.array(z.unknown()).min(1).max(eventsMax) });

const VerdictSchema = z
  .strictObject({
    index: z.int(),
    verdict: z.enum(['accepted', 'duplicate', 'rejected']),
    errors: z.array(FieldErrorSchema).optional(),
  })
  .meta({ id: 'TrackingEventVerdict' });
const VerdictsSchema = z.strictObject({ data: z.array(VerdictSchema) }).meta({ id: 'TrackingEventVerdicts' });

const postTrackingEvents = defineRoute({
  method: 'post',
  path: '/v1/tracking-events',
  isOwnRecord: true,
  summary: 'Tell what happened to parcels',
  description:
    'One event, or up to 1,000 as `{"events": […]}`, in any order and any number of times. Each has its verdict: a wrong one does no harm to the others. 202 when those that are accepted are durable and merged; 422 when all are wrong.',
  tag,
  scope: 'carrier',
  body: z.record(z.string(), z.unknown()),
  bodyShown: z.union([
    TrackingEventSchema,
    z.strictObject({ events: z.array(TrackingEventSchema).min(1).max(eventsMax) }),
  ]),
  answers: {
    202: { description: 'A verdict for each, in their order', schema: VerdictsSchema },
  },
  problems: ['tracking.all_rejected', 'store.contended'],
  async handle({ deps, store, merchantId, body, caller }) {
    const inputs = Object.hasOwn(body, 'events')
      ? validateBody(BatchSchema, body).events.map((input, index) => ({ input, at: ['events', index] }))
      : [{ input: body, at: [] }];
    const data = await takeTrackingEvents({ store, merchantId }, inputs, {
      carrier: caller?.carrier,
      onUnmapped: (carrier, words) => {
        deps.countUnmapped(words);
        deps.log.warn({ merchantId, carrier, words }, 'tracking.unmapped');
      },
    });
    if (data.every(({ verdict }) => verdict === 'rejected')) {
      const errors = data.flatMap((one) => one.errors ?? []).slice(0, errorsShownMax);
      throw makeRefusal('tracking.all_rejected', 'no event could be taken', { detail: { errors } });
    }
    return accepted({ data });
  },
});
const errorsShownMax = 50;

const params = z.strictObject({ carrier: z.string().min(1).max(100), trackingNumber: z.string().min(1).max(100) });

async function requireParcel(
  store: StoreDeps,
  merchantId: string,
  { carrier, trackingNumber }: z.infer<typeof params>,
): Promise<FollowedParcel> {
  const number = toTrackingNumber(trackingNumber);
  const found = number === null ? null : await readParcel(store, { merchantId, carrier: toCarrierSlug(carrier), number }); // prettier-ignore
  if (found === null) throw makeRefusal('tracking.not_found', 'no such parcel');
  return found;
}

const getTracking = defineRoute({
  method: 'get',
  path: '/v1/tracking/:carrier/:trackingNumber',
  summary: 'Read where a parcel is',
  description: 'What was pushed and polled, merged, in the order in which it happened.',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The parcel', schema: TrackingViewSchema } },
  problems: ['tracking.not_found'],
  async handle({ store, merchantId, params: asked }) {
    return ok(toTrackingView(await requireParcel(store, merchantId, asked), store.clock.now()));
  },
});

const refreshTracking = defineRoute({
  method: 'post',
  path: '/v1/tracking/:carrier/:trackingNumber/refresh',
  summary: 'Ask a parcel’s carrier now',
  description:
    'Out of turn, once a minute for a parcel, within the account’s rate and its calls of the day (what is kept back of them included). What the carrier says is in `GET /v1/tracking/{carrier}/{trackingNumber}` when `polledAt` has moved.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'The parcel as it was; its carrier is being asked', schema: TrackingViewSchema } },
  problems: ['tracking.not_found', 'tracking.nobody_asked', 'tracking.just_asked'],
  async handle({ deps, store, merchantId, params: asked }) {
    const found = await requireParcel(store, merchantId, asked);
    const { carrier, number, connectionId = null, isPushOnly } = found.parcel;
    const connection = connectionId === null ? null : await readConnection(store, merchantId, connectionId);
    const lane = connection === null ? undefined : deps.lanesOf(store, connection)['default'];
    if (connection === null || connection.paused || lane === undefined || isPushOnly === true) {
      throw makeRefusal('tracking.nobody_asked', 'no connection can be asked about this parcel now');
    }
    const payload = { merchantId, connectionId: connection.id, members: [dueMember(found.parcel)], urgent: true };
    const waitMs = await askOnDemand(store, { merchantId, carrier, number }, (cause) =>
      makeEntry(parcelAsk, payload, { lane, cause: `${carrier}.${number}.${cause}`, class: 'orders' }),
    );
    if (waitMs !== null) {
      throw makeRefusal('tracking.just_asked', 'this parcel was asked about a moment ago', { retryAfterMs: waitMs });
    }
    return accepted(toTrackingView(found, store.clock.now()));
  },
});

export const trackingRoutes: readonly Route[] = [postTrackingEvents, getTracking, refreshTracking];
