import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { inOrder } from '../../domain/merge-tracking.ts';
import type { FollowedParcel } from '../../domain/parcel.ts';
import { isExpired } from '../../domain/poll-schedule.ts';
import { InstantSchema } from '../../domain/time.ts';
import { TrackingStatusSchema } from '../../domain/tracking-status.ts';

const EventSchema = z.strictObject({
  occurredAt: InstantSchema.nullable().meta({ description: 'Null where nothing tells in which zone it happened' }),
  occurredLocal: z.string().nullable().meta({ description: 'The clock on the wall there' }),
  status: TrackingStatusSchema.nullable().meta({ description: 'Null: says nothing of where the parcel is' }),
  code: z.string().meta({ description: 'The carrier’s own word' }),
  delayed: z.boolean(),
  reason: z.string().nullable(),
  description: z.string().nullable(),
  location: z.strictObject({
    city: z.string().nullable(),
    state: z.string().nullable(),
    postalCode: z.string().nullable(),
    country: z.string().nullable(),
  }),
  withdrawn: z.boolean().meta({ description: 'The carrier has taken it back' }),
  source: z.enum(['push', 'poll']),
  receivedAt: InstantSchema,
});

export const TrackingViewSchema = z
  .strictObject({
    carrier: z.string(),
    trackingNumber: z.string(),
    status: TrackingStatusSchema,
    statusAt: InstantSchema.nullable(),
    delayed: z.boolean(),
    expectedOn: z.string().nullable().meta({ description: 'The day on which the carrier means to deliver' }),
    orderIds: z.array(IdSchema('order')),
    events: z.array(EventSchema),
    unmappedCodes: z.array(z.string()).meta({ description: 'Words of the carrier that Packline does not know' }),
    sources: z.array(z.enum(['push', 'poll'])).meta({ description: 'How its events came' }),
    connectionId: IdSchema('connection').nullable().meta({ description: 'Who is asked about it' }),
    polledAt: InstantSchema.nullable(),
    pushedAt: InstantSchema.nullable(),
    nextPollAt: InstantSchema.nullable(),
    subscription: z
      .enum(['on', 'refused'])
      .nullable()
      .meta({ description: 'Whether its carrier was asked to tell of it by itself; null where it was not' }),
    firstSeenAt: InstantSchema,
    version: z.int(),
  })
  .meta({ id: 'Tracking' });

export function toTrackingView({ parcel, history }: FollowedParcel, nowMs: number): z.input<typeof TrackingViewSchema> {
  const { polling } = parcel;
  const events = inOrder(history).map((event) => ({
    occurredAt: event.at,
    occurredLocal: event.local,
    status: event.status,
    code: event.code,
    delayed: event.delayed === true,
    reason: event.reason ?? null,
    description: event.description ?? null,
    location: {
      city: event.place?.city ?? null,
      state: event.place?.state ?? null,
      postalCode: event.place?.postalCode ?? null,
      country: event.place?.country ?? null,
    },
    withdrawn: event.withdrawn === true,
    source: event.source,
    receivedAt: event.receivedAt,
  }));
  return {
    carrier: parcel.carrier,
    trackingNumber: parcel.number,
    // What nobody is asked about is given up here and nowhere else.
    status: isExpired(parcel, nowMs) ? 'EXPIRED' : parcel.status,
    statusAt: parcel.statusAt,
    delayed: parcel.delayed,
    expectedOn: parcel.expectedOn,
    orderIds: [...parcel.orderIds],
    events,
    unmappedCodes: [...parcel.unmapped],
    sources: [...new Set(history.map(({ source }) => source))].sort(),
    connectionId: parcel.connectionId ?? null,
    polledAt: polling.polledAt,
    pushedAt: polling.pushedAt,
    nextPollAt: parcel.isPushOnly === true ? null : polling.nextAt,
    subscription: parcel.subscription?.state ?? null,
    firstSeenAt: parcel.firstSeenAt,
    version: parcel.version,
  };
}
