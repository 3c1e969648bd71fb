import { expect, test } from 'vitest';
import * as z from 'zod';
import { readEndpoint, signingKeys } from '../../src/store/endpoints.ts';
import { attemptWrites } from '../../src/store/delivery-attempts.ts';
import { readDelivery } from '../../src/store/events.ts';
import { commit } from '../../src/store/commit.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;
const url = 'https://hooks.acme.com/packline';
const EndpointSchema = z.looseObject({ id: z.string(), secret: z.string() });
const DeliverySchema = z.looseObject({ id: z.string(), eventId: z.string() });
const ListSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

async function subscribe(key: string, json: object = { url }) {
  const made = await request('POST', '/v1/endpoints', { key, json });
  expect(made.status).toBe(201);
  const { id, secret } = EndpointSchema.parse(made.body);
  return { id, secret, path: `/v1/endpoints/${id}`, made };
}
const secretsOf = async (merchantId: string, id: string): Promise<string[]> => {
  const endpoint = await readEndpoint(store, merchantId, id);
  return endpoint === null ? [] : signingKeys(store, endpoint).map(({ secret: of }) => of);
};
async function deliveriesInLanes(): Promise<unknown[]> {
  const { entries } = await leaseEntries(store, { room: 10_000, leaseMs: 600_000 });
  return entries.filter(({ job }) => job === 'delivery-attempt').map(({ payload }) => payload);
}

test('an endpoint is made with a secret that is shown once', async () => {
  const { key, merchantId } = await ingress.tenant();
  const { path, secret, made, id } = await subscribe(key, { url, eventTypes: ['order.imported'], description: 'ERP' });
  expect(secret).toMatch(/^whsec_/);
  expect(made.headers.get('location')).toBe(path);
  const read = await request('GET', path, { key });
  expect(read.body).toMatchObject({ url, eventTypes: ['order.imported'], description: 'ERP', status: 'enabled' });
  expect(read.text).not.toContain(secret);
  expect((await request('GET', '/v1/endpoints', { key })).body).toMatchObject({ data: [{ id }] });
  expect(await secretsOf(merchantId, id)).toEqual([secret]);
});

test.each([
  ['loopback', 'http://127.0.0.1/hook'],
  ['a metadata service', 'http://169.254.169.254/latest/meta-data'],
  ['an address in our own network', 'https://10.0.0.8/hook'],
  ['a name of this machine', 'https://localhost/hook'],
  ['another protocol', 'ftp://hooks.acme.com/x'],
  ['credentials in the URL', 'https://user:pass@hooks.acme.com/x'],
])('a URL with %s is refused, when made and when changed', async (_name, bad) => {
  const { key } = await ingress.tenant();
  const { path } = await subscribe(key);
  for (const reply of [
    await request('POST', '/v1/endpoints', { key, json: { url: bad } }),
    await request('PATCH', path, { key, json: { url: bad } }),
  ]) {
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/url' }] });
  }
});

test('an endpoint is changed, disabled, enabled and deleted', async () => {
  const { key } = await ingress.tenant();
  const { path } = await subscribe(key);
  const changed = await request('PATCH', path, { key, json: { eventTypes: ['order.problem'], description: null } });
  expect(changed.body).toMatchObject({ eventTypes: ['order.problem'], description: null });
  expect((await request('POST', `${path}/disable`, { key })).body).toMatchObject({
    status: 'disabled',
    disabledReason: 'merchant',
  });
  expect((await request('POST', `${path}/test`, { key })).body).toMatchObject({ code: 'endpoint.state' });
  expect((await request('POST', `${path}/enable`, { key })).body).toMatchObject({
    status: 'enabled',
    disabledReason: null,
  });
  expect((await request('DELETE', path, { key })).status).toBe(204);
  expect((await request('GET', path, { key })).status).toBe(404);
});

test('a new secret signs beside the old one until the overlap is over', async () => {
  const { key, merchantId } = await ingress.tenant();
  const { path, id, secret } = await subscribe(key);
  const rotated = await request('POST', `${path}/rotate-secret`, { key, json: { overlapHours: 1 } });
  expect(rotated.status).toBe(201);
  const fresh = EndpointSchema.parse(rotated.body).secret;
  expect(await secretsOf(merchantId, id)).toEqual([fresh, secret]);
  ingress.clock.advance(3_600_001);
  expect(await secretsOf(merchantId, id)).toEqual([fresh]);
  const atOnce = await request('POST', `${path}/rotate-secret`, { key, json: { overlapHours: 0 } });
  expect(atOnce.body).toMatchObject({ previousWorksUntil: null });
  expect((await request('POST', `${path}/rotate-secret`, { key, json: { overlapHours: 169 } })).status).toBe(400);
});

test('a test event is on its way when it is answered, and can be replayed as the same event', async () => {
  const { key, merchantId } = await ingress.tenant();
  const { path, id } = await subscribe(key);
  await deliveriesInLanes();

  const tested = await request('POST', `${path}/test`, { key });
  expect(tested.status).toBe(202);
  const delivery = DeliverySchema.parse(tested.body);
  ingress.clock.advance(1);
  const replayed = await request('POST', `/v1/deliveries/${delivery.id}/replay`, { key });
  expect(replayed.status).toBe(202);
  const again = DeliverySchema.parse(replayed.body);

  expect(again.id).not.toBe(delivery.id);
  expect(again.eventId).toBe(delivery.eventId);
  const common = { merchantId, endpointId: id, orderId: null };
  expect(await deliveriesInLanes()).toEqual([
    { deliveryId: delivery.id, ...common },
    { deliveryId: again.id, ...common },
  ]);
  const events = await request('GET', '/v1/events?type=endpoint.test', { key });
  expect(events.body).toMatchObject({ data: [{ id: delivery.eventId, body: { type: 'endpoint.test', data: { endpointId: id } } }] }); // prettier-ignore
});

test('deliveries are listed by endpoint and status, with their attempts', async () => {
  const { key } = await ingress.tenant();
  const [one, other] = [await subscribe(key), await subscribe(key)];
  const tested = DeliverySchema.parse((await request('POST', `${one.path}/test`, { key })).body);
  await request('POST', `${other.path}/test`, { key });
  const delivery = await readDelivery(store, tested.id);
  if (delivery === null) throw new Error('the delivery was not stored');
  const at = new Date(ingress.clock.now()).toISOString();
  const exchange = {
    requestHeaders: { 'webhook-signature': 'v1,***' },
    responseStatus: 500,
    responseHeaders: { server: 'theirs' },
    responseBody: 'no',
    retryAfterMs: null,
    timings: { dnsMs: null, connectMs: 1, tlsMs: 2, firstByteMs: 8.5, totalMs: 12 },
  };
  const attempt = { at, attempt: 1, outcome: 'http_500', failure: 'http_5xx', exchange } as const;
  const failed = { ...delivery, status: 'failed', attempts: 1, nextAttemptAt: null } as const;
  await commit(store, { writes: attemptWrites(store, failed, attempt) });

  const list = async (query: string) =>
    ListSchema.parse((await request('GET', `/v1/deliveries?${query}`, { key })).body).data.map(({ id }) => id);
  expect(await list('')).toHaveLength(2);
  expect(await list(`endpointId=${one.id}`)).toEqual([tested.id]);
  expect(await list('status=failed')).toEqual([tested.id]);
  expect(await list(`endpointId=${other.id}&status=failed`)).toEqual([]);
  const attempts = await request('GET', `/v1/deliveries/${tested.id}/attempts`, { key });
  const { exchange: _, ...line } = attempt;
  expect(attempts.body).toEqual({ data: [{ ...line, ...exchange }], nextCursor: null });
});

test('endpoints, events and deliveries of another merchant do not exist', async () => {
  const [owner, stranger] = [await ingress.tenant(), await ingress.tenant()];
  const { path } = await subscribe(owner.key);
  const delivery = DeliverySchema.parse((await request('POST', `${path}/test`, { key: owner.key })).body);
  const asStranger = { key: stranger.key };
  expect((await request('GET', path, asStranger)).status).toBe(404);
  expect((await request('DELETE', path, asStranger)).status).toBe(404);
  expect((await request('POST', `${path}/rotate-secret`, asStranger)).status).toBe(404);
  expect((await request('GET', `/v1/deliveries/${delivery.id}/attempts`, asStranger)).status).toBe(404);
  expect((await request('POST', `/v1/deliveries/${delivery.id}/replay`, asStranger)).status).toBe(404);
  for (const list of ['/v1/endpoints', '/v1/events', '/v1/deliveries']) {
    expect((await request('GET', list, asStranger)).body).toEqual({ data: [], nextCursor: null });
  }
});

test('a delivery to an endpoint that is gone, or of an event that is gone, cannot be replayed', async () => {
  const { key } = await ingress.tenant();
  const { path } = await subscribe(key);
  const delivery = DeliverySchema.parse((await request('POST', `${path}/test`, { key })).body);
  await redis.client.del(store.keys.event(delivery.eventId));
  const replay = `/v1/deliveries/${delivery.id}/replay`;
  expect((await request('POST', replay, { key })).body).toMatchObject({ code: 'event.not_found' });
  await request('DELETE', path, { key });
  expect((await request('POST', replay, { key })).body).toMatchObject({ code: 'endpoint.not_found' });
});
