import { expect, test } from 'vitest';
import * as z from 'zod';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 5, rateBurst: 20 } });
const { request } = ingress;
const admin = (method: string, path: string, json?: unknown) => request(method, path, { key: adminKey, json });
const KeysSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), lastUsedAt: z.string().nullable() })),
  nextCursor: z.null(),
});
/** The bucket of the admin key is the same for all tests of this file. */
const refill = () => ingress.clock.advance(60_000);

test.each([
  ['no header', undefined, 'auth.missing'],
  ['another scheme', 'Basic dXNlcjpwYXNz', 'auth.missing'],
  ['an empty key', 'Bearer ', 'auth.missing'],
  ['an unknown key', 'Bearer pl_unknown', 'auth.invalid'],
])('%s is answered 401', async (_name, authorization, code) => {
  const headers = authorization === undefined ? {} : { Authorization: authorization };
  const reply = await request('GET', '/v1/orders', { headers });
  expect(reply.status).toBe(401);
  expect(reply.body).toMatchObject({ code });
  expect(reply.headers.get('www-authenticate')).toBe('Bearer');
});

test('authentication comes before all else: an unknown key learns nothing from a bad body', async () => {
  const reply = await request('POST', '/v1/orders', { key: 'pl_unknown', raw: '{"half' });
  expect(reply.status).toBe(401);
});

test('a scope opens what it names, operating includes reading, and tenants are for admins', async () => {
  const reader = await ingress.tenant(['read']);
  const carrier = await ingress.tenant(['carrier']);
  const operator = await ingress.tenant(['operate']);
  const headers = { 'Idempotency-Key': 'scopes' };
  const status = async (key: string, method: string, path: string, json?: unknown) =>
    (await request(method, path, { key, json, headers })).status;

  expect(await status(reader.key, 'GET', '/v1/orders')).toBe(200);
  expect(await status(reader.key, 'POST', '/v1/orders', sampleOrder())).toBe(403);
  expect(await status(carrier.key, 'GET', '/v1/orders')).toBe(403);
  expect(await status(operator.key, 'GET', '/v1/orders')).toBe(200);
  expect(await status(operator.key, 'POST', '/v1/orders', sampleOrder())).toBe(202);
  expect(await status(operator.key, 'GET', '/v1/merchants')).toBe(403);
});

test('an admin names the merchant, and a merchant’s key cannot name another', async () => {
  refill();
  const [one, other] = [await ingress.tenant(), await ingress.tenant()];
  const unnamed = await admin('GET', '/v1/orders');
  expect(unnamed.status).toBe(400);
  expect(unnamed.body).toMatchObject({ code: 'auth.merchant_required' });

  const named = { 'Packline-Merchant': one.merchantId };
  expect((await request('GET', '/v1/orders', { key: adminKey, headers: named })).status).toBe(200);
  expect((await request('GET', '/v1/orders', { key: one.key, headers: named })).status).toBe(200);
  expect((await request('GET', '/v1/orders', { key: other.key, headers: named })).status).toBe(403);
  const nobody = { 'Packline-Merchant': 'mer_01jd3xk5q8h2v4m6n7p9r0stwz' };
  expect((await request('GET', '/v1/orders', { key: adminKey, headers: nobody })).status).toBe(404);
});

test('a revoked key is refused at the latest 2 seconds later', async () => {
  refill();
  const { merchantId, key } = await ingress.tenant();
  await request('GET', '/v1/orders', { key });
  const [made] = KeysSchema.parse((await admin('GET', `/v1/merchants/${merchantId}/api-keys`)).body).data;
  expect((await admin('DELETE', `/v1/merchants/${merchantId}/api-keys/${made?.id}`)).status).toBe(204);
  expect((await admin('DELETE', `/v1/merchants/${merchantId}/api-keys/${made?.id}`)).status).toBe(404);

  ingress.clock.advance(2_001);
  expect((await request('GET', '/v1/orders', { key })).status).toBe(401);
});

test('a key is shown once, listed without itself, and its last use is noted to the minute', async () => {
  refill();
  const { merchantId, key } = await ingress.tenant();
  const list = async () => KeysSchema.parse((await admin('GET', `/v1/merchants/${merchantId}/api-keys`)).body).data;
  expect(await list()).toMatchObject([{ lastUsedAt: null }]);
  expect(JSON.stringify(await list())).not.toContain(key);

  await request('GET', '/v1/orders', { key });
  const firstUse = new Date(ingress.clock.now()).toISOString();
  await expect.poll(async () => (await list())[0]?.lastUsedAt).toBe(firstUse);
  ingress.clock.advance(30_000);
  await request('GET', '/v1/orders', { key });
  expect((await list())[0]?.lastUsedAt).toBe(firstUse);
  ingress.clock.advance(31_000);
  await request('GET', '/v1/orders', { key });
  await expect.poll(async () => (await list())[0]?.lastUsedAt).not.toBe(firstUse);
});

test('merchants are made, read, renamed and listed by admins', async () => {
  refill();
  const made = await admin('POST', '/v1/merchants', { name: 'Corner Shop' });
  expect(made.status).toBe(201);
  const location = made.headers.get('location') ?? '';
  expect((await admin('GET', location)).body).toEqual(made.body);
  ingress.clock.advance(1_000);
  const renamed = await admin('PATCH', location, { name: 'Corner Store' });
  expect(renamed.body).toMatchObject({ name: 'Corner Store' });
  const { body } = await admin('GET', '/v1/merchants');
  expect(body).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ name: 'Corner Store' })]) });
  expect((await admin('GET', '/v1/merchants/mer_01jd3xk5q8h2v4m6n7p9r0stwz')).status).toBe(404);
});

test('each key has its own bucket: a burst passes, more is told when to come again', async () => {
  refill();
  const [busy, calm] = [await ingress.tenant(), await ingress.tenant()];
  for (let sent = 1; sent <= 20; sent += 1) {
    const reply = await request('GET', '/v1/orders', { key: busy.key });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('ratelimit-policy')).toBe('"default";q=20;w=4');
    expect(reply.headers.get('ratelimit')).toMatch(new RegExp(`^"default";r=${20 - sent};t=\\d+$`));
  }
  const refused = await request('GET', '/v1/orders', { key: busy.key });
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({ code: 'rate.limited', retryable: true });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(refused.headers.get('ratelimit')).toBe('"default";r=0;t=1');
  expect((await request('GET', '/v1/orders', { key: calm.key })).status).toBe(200);

  ingress.clock.advance(200);
  expect((await request('GET', '/v1/orders', { key: busy.key })).status).toBe(200);
  expect((await request('GET', '/v1/orders', { key: busy.key })).status).toBe(429);
});

test('a request over the rate is refused before its body is looked at', async () => {
  refill();
  const { key } = await ingress.tenant();
  await Promise.all(Array.from({ length: 20 }, () => request('GET', '/v1/orders', { key })));
  expect((await request('POST', '/v1/orders', { key, raw: '{"half' })).status).toBe(429);
});
