import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { makeWebhookSecret } from '../../platform/signature.ts';
import { deliveryWork } from '../../queues/delivery-attempt.ts';
import { commit } from '../../store/commit.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { rotateEndpointSecret, updateEndpoint, type Endpoint } from '../../store/endpoints.ts';
import { deliveryWrites, eventDocWrites, makeDelivery, makeEvent, type StoredEvent } from '../../store/events.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route, type TenantCall } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { DeliveryViewSchema, toDeliveryView } from '../views/delivery-view.ts';
import { foundEndpoint, EndpointViewSchema, requireEndpoint, secretBytes, toEndpointView } from './endpoints.ts';

const tag = 'Endpoints';
const params = z.strictObject({ endpointId: IdSchema('endpoint') });
const problems = ['endpoint.not_found'] as const;
const noBody = z.strictObject({});
const act = { method: 'post', tag, scope: 'operate', params, bodyOptional: true, problems } as const;

const RotatedSchema = z
  .strictObject({
    id: IdSchema('endpoint'),
    secret: z.string().meta({ description: 'Shown this once' }),
    previousWorksUntil: InstantSchema.nullable(),
  })
  .meta({ id: 'RotatedSecret' });

const rotateSecret = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/rotate-secret',
  summary: 'Make a new signing secret',
  description: 'The new one signs at once; the old one signs beside it until its overlap is over.',
  body: z.strictObject({ overlapHours: z.int().min(0).max(168).default(24) }).meta({ id: 'SecretRotation' }),
  answers: { 201: { description: 'The new secret', schema: RotatedSchema } },
  async handle({ store, merchantId, params: { endpointId }, body: { overlapHours } }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const secret = makeWebhookSecret(randomBytes(secretBytes));
    const overlapMs = overlapHours * 3_600_000;
    foundEndpoint(await rotateEndpointSecret(store, endpoint, secret, overlapMs));
    const previousWorksUntil = overlapMs === 0 ? null : toInstant(store.clock.now() + overlapMs);
    const headers = { Location: `/v1/endpoints/${endpointId}` };
    return { status: 201, json: { id: endpointId, secret, previousWorksUntil }, headers };
  },
});

/** A delivery outside the order of all others: what tests and replays are. */
export async function deliverAlone(
  store: StoreDeps,
  endpoint: Endpoint,
  event: StoredEvent,
  moreWrites: readonly string[][] = [],
) {
  if (endpoint.disabled) throw makeRefusal('endpoint.state', 'nothing is sent to a disabled endpoint');
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

type ActCall = TenantCall<z.infer<typeof params>, unknown, unknown>;

async function setDisabled({ store, merchantId, params: { endpointId } }: ActCall, disabled: boolean) {
  const endpoint = await requireEndpoint(store, merchantId, endpointId);
  const disabledReason = disabled ? 'merchant' : null;
  const updated =
    endpoint.disabled === disabled
      ? endpoint
      : foundEndpoint(await updateEndpoint(store, endpoint, { disabled, disabledReason }));
  return ok(toEndpointView(updated));
}

const enableEndpoint = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/enable',
  summary: 'Send events to an endpoint again',
  body: noBody,
  answers: { 200: { description: 'Enabled', schema: EndpointViewSchema } },
  handle: (call) => setDisabled(call, false),
});

const disableEndpoint = defineRoute({
  ...act,
  path: '/v1/endpoints/:endpointId/disable',
  summary: 'Send nothing more to an endpoint',
  body: noBody,
  answers: { 200: { description: 'Disabled', schema: EndpointViewSchema } },
  handle: (call) => setDisabled(call, true),
});

export const endpointActRoutes: readonly Route[] = [rotateSecret, testEndpoint, enableEndpoint, disableEndpoint];
