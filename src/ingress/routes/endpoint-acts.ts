import * as z from 'zod';
import { PreviousKeySchema } from '../../domain/endpoint.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { generateWebhookSecret } from '../../platform/signature.ts';
import { deliveryWork } from '../../queues/delivery-attempt.ts';
import { disableByMerchant, enable } from '../../queues/turn-endpoint.ts';
import { commit } from '../../store/commit.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { readEndpoint, rotateEndpointSecret, type Endpoint } from '../../store/endpoints.ts';
import { deliveryWrites, eventDocWrites, makeDelivery, makeEvent, type StoredEvent } from '../../store/events.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { DeliveryViewSchema, toDeliveryView } from '../views/delivery-view.ts';
import { disabledNote, EndpointViewSchema, showEndpoint, toEndpointView } from '../views/endpoint-view.ts';
import { foundEndpoint, requireEndpoint } from './endpoints.ts';

const tag = 'Endpoints';
const params = z.strictObject({ endpointId: IdSchema('endpoint') });
const problems = ['endpoint.not_found'] as const;
const noBody = z.strictObject({});
const act = { method: 'post', tag, scope: 'operate', params, bodyOptional: true, problems } as const;

const RotatedSchema = z
  .strictObject({
    id: IdSchema('endpoint'),
    secret: z.string().meta({ description: 'Shown this once' }),
    publicKey: z.string().nullable().meta({ description: 'The new one, where `v1a` signs' }),
    previousWorksUntil: InstantSchema.nullable().meta({ description: 'The one that signed until now' }),
    previousKeys: z.array(PreviousKeySchema).meta({ description: 'All that sign beside the new one' }),
  })
  .meta({ id: 'RotatedSecret' });

const rotateSecret = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/rotate-secret',
  summary: 'Make a new signing secret',
  description:
    'The new one, and a new key pair, signs at once. Those before sign beside it: the last one until the overlap is over, earlier ones until then or the end of their own. With 0 the new one signs alone.',
  body: z.strictObject({ overlapHours: z.int().min(0).max(168).default(24) }).meta({ id: 'SecretRotation' }),
  answers: { 201: { description: 'The new secret', schema: RotatedSchema } },
  problems: ['endpoint.not_found', 'endpoint.keys_full'],
  async handle({ store, merchantId, params: { endpointId }, body: { overlapHours } }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const secret = generateWebhookSecret();
    const overlapMs = overlapHours * 3_600_000;
    const rotated = foundEndpoint(await rotateEndpointSecret(store, endpoint, secret, overlapMs));
    const { publicKey, previousKeys } = toEndpointView(store, rotated);
    const previousWorksUntil = overlapMs === 0 ? null : toInstant(store.clock.now() + overlapMs);
    const headers = { Location: `/v1/endpoints/${endpointId}` };
    return { status: 201, json: { id: endpointId, secret, publicKey, previousWorksUntil, previousKeys }, headers };
  },
});

/** A delivery outside the order of all others: what tests and replays are. */
export async function deliverAlone(
  store: StoreDeps,
  endpoint: Endpoint,
  event: StoredEvent,
  moreWrites: readonly string[][] = [],
) {
  if (endpoint.disabled) throw makeRefusal('endpoint.state', 'nothing is sent to a disabled endpoint: enable it first');
  const delivery = makeDelivery(store, event, endpoint.id);
  await commit(store, {
    writes: [...moreWrites, ...deliveryWrites(store, delivery)],
    entries: [deliveryWork(delivery, false)],
  });
  return {
    status: 202,
    json: toDeliveryView(delivery),
    headers: { Location: `/v1/deliveries/${delivery.id}/attempts` },
  };
}

const testEndpoint = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/test',
  summary: 'Send a test event',
  body: noBody,
  answers: { 202: { description: 'The delivery that is under way', schema: DeliveryViewSchema } },
  problems: ['endpoint.not_found', 'endpoint.state'],
  async handle({ store, merchantId, params: { endpointId } }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const event = makeEvent(store, merchantId, 'endpoint.test', { endpointId }, null);
    return deliverAlone(store, endpoint, event, eventDocWrites(store, event));
  },
});

const enableEndpoint = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/enable',
  summary: 'Send events to an endpoint again',
  description:
    'It is judged as if it were new. What it has missed, from `missedFrom` to `missedUntil`, is not sent by itself.',
  body: noBody,
  answers: { 200: { description: 'Enabled', schema: EndpointViewSchema } },
  async handle({ store, merchantId, params: { endpointId } }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    // Null as well where somebody else has enabled it meanwhile.
    const enabled =
      (await enable(store, endpoint, { merchant: true })) ?? (await readEndpoint(store, merchantId, endpointId));
    return ok(await showEndpoint(store, foundEndpoint(enabled)));
  },
});

const disableEndpoint = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/disable',
  summary: 'Send nothing more to an endpoint',
  description:
    'Of one that is disabled already, when stays as it is, and `gone` stays the reason; one that took nothing is no longer asked whether it is there.',
  body: z.strictObject({ note: disabledNote.optional() }).meta({ id: 'EndpointDisabling' }),
  answers: { 200: { description: 'Disabled', schema: EndpointViewSchema } },
  async handle({ store, merchantId, params: { endpointId }, body: { note } }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    return ok(await showEndpoint(store, foundEndpoint(await disableByMerchant(store, endpoint, note))));
  },
});

export const endpointActRoutes: readonly Route[] = [rotateSecret, testEndpoint, enableEndpoint, disableEndpoint];
