import * as z from 'zod';
import { genericCarrier } from '../../connectors/carriers/generic-carrier/index.ts';
import { GenericSettingsSchema } from '../../connectors/carriers/generic-carrier/settings.ts';
import { tryReading, type TriedParcel } from '../../connectors/carriers/generic-carrier/try-reading.ts';
import { inOrder } from '../../domain/merge-tracking.ts';
import { resolveParcel } from '../../domain/parcel-state.ts';
import { InstantSchema } from '../../domain/time.ts';
import { trackingStatuses } from '../../domain/tracking-status.ts';
import { toInstant } from '../../platform/clock.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeInvalid } from '../problem.ts';
import { validateBody } from '../validate.ts';

const StatusSchema = z.enum(trackingStatuses);
const text = z.string().nullable();

const EventSchema = z.strictObject({
  occurredAt: InstantSchema.nullable().meta({ description: 'Null where nothing tells in which zone it happened' }),
  occurredLocal: text.meta({ description: 'The clock on the wall there' }),
  status: StatusSchema.nullable().meta({ description: 'Null: says nothing of where the parcel is' }),
  code: z.string().meta({ description: 'The carrier’s own word' }),
  delayed: z.boolean(),
  reason: text,
  description: text,
  location: z.strictObject({ city: text, state: text, postalCode: text, country: text }),
});

const TriedSchema = z
  .strictObject({
    parcels: z.array(
      z.strictObject({
        trackingNumber: z.string(),
        outcome: z.enum(['found', 'notFound', 'failed']),
        failure: text.meta({ description: 'The code of what failed' }),
        status: StatusSchema,
        delayed: z.boolean(),
        expectedOn: text,
        unmappedCodes: z.array(z.string()).meta({ description: 'Words without a row in `statuses`' }),
        events: z.array(EventSchema),
      }),
    ),
    failure: z
      .strictObject({ code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: 'Why the sample could not be read at all' }),
  })
  .meta({ id: 'TriedReading' });

function toView({ number, result }: TriedParcel): z.input<typeof TriedSchema>['parcels'][number] {
  const report = result.outcome === 'found' ? result.report : undefined;
  const events = inOrder(report?.events ?? []);
  const { status, delayed } = resolveParcel(events);
  return {
    trackingNumber: number,
    outcome: result.outcome,
    failure: result.outcome === 'failed' ? result.failure.code : null,
    status,
    delayed,
    expectedOn: report?.expectedOn ?? null,
    unmappedCodes: [...new Set(events.flatMap(({ unmapped }) => unmapped ?? []))],
    events: events.map(({ at, local, code, place, ...event }) => ({
      occurredAt: at,
      occurredLocal: local,
      status: event.status,
      code,
      delayed: event.delayed === true,
      reason: event.reason ?? null,
      description: event.description ?? null,
      location: {
        city: place?.city ?? null,
        state: place?.state ?? null,
        postalCode: place?.postalCode ?? null,
        country: place?.country ?? null,
      },
    })),
  };
}

const tryCarrier = defineRoute({
  method: 'post',
  path: `/v1/connectors/${genericCarrier.id}/try`,
  summary: 'Try a courier’s settings on a sample',
  description: 'Shows what is read from a reply or a hook of the courier. Nothing is called and nothing is kept.',
  tag: 'Connections',
  scope: 'operate',
  idempotency: 'none',
  body: z
    .strictObject({
      settings: z.record(z.string(), z.unknown()).meta({ description: 'As a connection’s settings' }),
      body: z
        .unknown()
        .refine((body) => body !== undefined, { error: 'is required', params: { code: 'field.required' } })
        .meta({ description: 'What the courier answers or pushes' }),
      as: z.enum(['reply', 'hook']).default('reply'),
    })
    .meta({ id: 'TryReading' }),
  answers: { 200: { description: 'What was read', schema: TriedSchema } },
  async handle({ store, body: { settings: given, body: document, as } }) {
    const settings = validateBody(GenericSettingsSchema, given, ['settings']);
    const part = as === 'hook' ? 'webhook' : 'track';
    if (settings[part] === undefined) {
      const detail = `is required to read a ${as}`;
      throw makeInvalid([{ code: 'field.incomplete', detail, pointer: `/settings/${part}` }]);
    }
    const receivedAt = toInstant(store.clock.now());
    const { parcels, failure } = tryReading(settings, { document, as, receivedAt });
    return ok({
      parcels: parcels.map(toView),
      failure: failure === null ? null : { code: failure.code, detail: failure.message },
    });
  },
});

export const tryCarrierRoutes: readonly Route[] = [tryCarrier];
