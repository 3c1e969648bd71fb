import * as z from 'zod';
import {
  concurrencyDefault,
  concurrencyMax,
  disabledReasons,
  payloadForms,
  PreviousKeySchema,
  ratePerSecondMax,
  signatureSchemes,
} from '../../domain/endpoint.ts';
import { EndpointHeadersSchema } from '../../domain/endpoint-headers.ts';
import { EventFilterSchema } from '../../domain/event-filter.ts';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { signingKeys, type Endpoint } from '../../store/endpoints.ts';
import { readMissedCount, type MissedCount } from '../../store/missed-counts.ts';

const eventTypes = z.array(EventTypeSchema).max(50).meta({ description: 'Empty: all of them' });
const description = z.string().max(500);
const payload = z.enum(payloadForms).meta({
  description:
    '`full`: the event. `thin`: of its data only ids and the version. `vtex-pick-and-pack`: `order.status_changed` alone, as VTEX Pick and Pack sends it. `slack`: `{ text }`, of issues, connections and endpoints',
});
const signatures = z
  .array(z.enum(signatureSchemes))
  .min(1)
  .max(signatureSchemes.length)
  .refine((schemes) => new Set(schemes).size === schemes.length, 'names one twice')
  .meta({ description: '`v1`: HMAC-SHA256 under `secret`. `v1a`: Ed25519, verified with `publicKey`' });
const ordered = z.boolean().meta({ description: 'The events of one order arrive one after the other' });
const rateLimitPerSecond = z.int().min(1).max(ratePerSecondMax).meta({ description: 'Exceeded in no second' });
const concurrency = z
  .int()
  .min(1)
  .max(concurrencyMax)
  .meta({ description: `Deliveries under way at the same time; ${concurrencyDefault} when not given` });
const autoDisable = z.boolean().meta({
  description: 'Nothing more is sent when nothing was taken for five days; otherwise there are warnings only',
});

/** What a merchant may say of an endpoint, beside its URL. */
export const endpointFields = {
  eventTypes,
  filter: EventFilterSchema,
  description,
  headers: EndpointHeadersSchema,
  payload,
  signatures,
  ordered,
  rateLimitPerSecond,
  concurrency,
  autoDisable,
};
export const disabledNote = z.string().max(200);

const shown = {
  id: IdSchema('endpoint'),
  url: z.string(),
  eventTypes: z.array(EventTypeSchema),
  filter: z.union([EventFilterSchema, z.null()]),
  description: z.string().nullable(),
  headerNames: z.array(z.string()).meta({ description: 'Of your own headers; their values are shown to nobody' }),
  payload,
  signatures,
  publicKey: z.string().nullable().meta({ description: 'Where `v1a` signs' }),
  previousKeys: z
    .array(PreviousKeySchema)
    .meta({ description: 'Those before, while they sign beside the present one' }),
  ordered,
  rateLimitPerSecond: rateLimitPerSecond.nullable(),
  concurrency,
  autoDisable,
  status: z.enum(['enabled', 'disabled']),
  disabledReason: z
    .enum(disabledReasons)
    .nullable()
    .meta({ description: '`gone`: it answered 410. `failing`: it took nothing for days' }),
  disabledNote: disabledNote.nullable(),
  disabledAt: InstantSchema.nullable(),
  missedFrom: InstantSchema.nullable().meta({
    description: 'When the first event was announced that it has missed: it was disabled, or the last attempt failed',
  }),
  missedUntil: InstantSchema.nullable(),
  missedEvents: z.int(),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
};
export const EndpointViewSchema = z.strictObject(shown).meta({ id: 'Endpoint' });
export const NewEndpointSchema = z
  .strictObject({ ...shown, secret: z.string().meta({ description: 'Signs what is sent; shown this once' }) })
  .meta({ id: 'NewEndpoint' });

/** With what it has missed. */
export const showEndpoint = async (store: StoreDeps, endpoint: Endpoint): Promise<z.infer<typeof EndpointViewSchema>> =>
  toEndpointView(store, endpoint, await readMissedCount(store, endpoint.id));

export function toEndpointView(
  store: StoreDeps,
  endpoint: Endpoint,
  missed: MissedCount | null = null,
): z.infer<typeof EndpointViewSchema> {
  const signsAsymmetric = endpoint.signatures.includes('v1a');
  const [present, ...previous] = signingKeys(store, endpoint);
  return {
    id: endpoint.id,
    url: endpoint.url,
    eventTypes: [...endpoint.eventTypes],
    filter: endpoint.filter,
    description: endpoint.description,
    headerNames: Object.keys(endpoint.headers),
    payload: endpoint.payload,
    signatures: [...endpoint.signatures],
    publicKey: signsAsymmetric && present !== undefined ? present.publicKey : null,
    previousKeys: previous.map(({ publicKey, until }) => ({
      publicKey: signsAsymmetric ? publicKey : null,
      worksUntil: until ?? endpoint.updatedAt,
    })),
    ordered: endpoint.ordered,
    rateLimitPerSecond: endpoint.rateLimitPerSecond,
    concurrency: endpoint.concurrency,
    autoDisable: endpoint.autoDisable,
    status: endpoint.disabled ? 'disabled' : 'enabled',
    disabledReason: endpoint.disabledReason,
    disabledNote: endpoint.disabledNote,
    disabledAt: endpoint.disabledAt,
    missedFrom: missed?.from ?? null,
    missedUntil: missed?.until ?? null,
    missedEvents: missed?.events ?? 0,
    createdAt: endpoint.createdAt,
    updatedAt: endpoint.updatedAt,
  };
}
