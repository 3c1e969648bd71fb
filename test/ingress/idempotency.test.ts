import { expect, test } from 'vitest';
import * as z from 'zod';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { digest } from '../../src/store/deps.ts';
import { claimIdempotencyKey } from '../../src/store/idempotency.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request } = ingress;
const IdSchema = z.looseObject({ id: z.string() }).transform(({ id }) => id);

const post = (key: string, idempotencyKey: string, json: unknown = sampleOrder()) =>
  request('POST', '/v1/orders', { key, json, headers: { 'Idempotency-Key': idempotencyKey } });
const url = 'https://hooks.acme.com/packline';

test('without a key an order is refused, and the answer says where the rule is written', async () => {
  const { key } = await ingress.tenant();
  const reply = await request('POST', '/v1/orders', { key, json: sampleOrder() });
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'idempotency.key_missing' });
  expect(reply.headers.get('link')).toContain('rel="describedby"');
});

test.each([
  ['empty', ''],
  ['an empty string', '""'],
  ['256 characters', 'x'.repeat(256)],
  ['with a space', 'two words'],
  ['half quoted', '"half'],
  ['beyond ASCII', 'sch\u00e9ma'],
])('a key that is %s is refused', async (_name, idempotencyKey) => {
  const { key } = await ingress.tenant();
  const reply = await post(key, idempotencyKey);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'idempotency.key_invalid' });
});

test('the same request with the same key gets the same answer, marked as replayed', async () => {
  const { key } = await ingress.tenant();
  const first = await post(key, 'same');
  ingress.clock.advance(60_000);
  const second = await post(key, 'same');
  expect(second.status).toBe(202);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
});

test('bare and quoted spellings of a key are one key, and so are two spellings of one document', async () => {
  const { key } = await ingress.tenant();
  const first = await post(key, 'spelt');
  const reversed = Object.fromEntries(Object.entries(sampleOrder()).reverse());
  const second = await post(key, '"spelt"', reversed);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.body).toEqual(first.body);
});

test('a key used for another body is refused without telling anything of the first', async () => {
  const { key } = await ingress.tenant();
  await post(key, 'reused');
  const reply = await post(key, 'reused', sampleOrder({ externalId: 'another' }));
  expect(reply.status).toBe(422);
  expect(reply.body).toMatchObject({ code: 'idempotency.key_reused' });
  expect(reply.text).not.toContain('v502348abc-01');
});

test('the same order under another key is answered with the order that exists', async () => {
  const { key } = await ingress.tenant();
  const first = await post(key, 'one');
  const second = await post(key, 'two');
  expect(second.status).toBe(200);
  expect(second.body).toEqual(first.body);
  const replayed = await post(key, 'two');
  expect(replayed.status).toBe(200);
  expect(replayed.headers.get('idempotent-replayed')).toBe('true');
});

test('another order with a known external id is refused, and the answer names the order that has it', async () => {
  const { key } = await ingress.tenant();
  const first = await post(key, 'one');
  const reply = await post(key, 'two', sampleOrder({ storeLocationId: 'elsewhere' }));
  expect(reply.status).toBe(409);
  expect(reply.body).toMatchObject({ code: 'order.exists', orderId: IdSchema.parse(first.body) });
});

test('one key of two merchants means two requests', async () => {
  const [one, other] = [await ingress.tenant(), await ingress.tenant()];
  const first = await post(one.key, 'shared');
  const second = await post(other.key, 'shared');
  expect(second.status).toBe(202);
  expect(second.headers.get('idempotent-replayed')).toBeNull();
  expect(IdSchema.parse(second.body)).not.toBe(IdSchema.parse(first.body));
});

test('a request that was refused by its schema leaves its key free', async () => {
  const { key } = await ingress.tenant();
  expect((await post(key, 'corrected', { ...sampleOrder(), lines: [] })).status).toBe(400);
  expect((await post(key, 'corrected')).status).toBe(202);
});

test('after 24 hours a key is new again, and the order still exists only once', async () => {
  const { key } = await ingress.tenant();
  const first = await post(key, 'old');
  const [found] = await redis.client.keys('*:idem:*');
  const ttl = await redis.client.ttl(found ?? '');
  expect(ttl).toBeGreaterThan(86_000);
  await redis.client.del(...(await redis.client.keys('*:idem:*')));
  const second = await post(key, 'old');
  expect(second.status).toBe(200);
  expect(IdSchema.parse(second.body)).toBe(IdSchema.parse(first.body));
});

test('a hundred requests with one key at once make exactly one order, and all get its answer', async () => {
  const { key } = await ingress.tenant();
  const replies = await Promise.all(Array.from({ length: 100 }, () => post(key, 'parallel')));
  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 202));
  expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  expect(new Set(replies.map(({ body }) => IdSchema.parse(body))).size).toBe(1);
  const listed = await request('GET', '/v1/orders', { key });
  expect(z.object({ data: z.array(z.unknown()) }).parse(listed.body).data).toHaveLength(1);
});

test('a POST that acts does so once for a key, and shows even a secret of the first answer again', async () => {
  const { key } = await ingress.tenant();
  const options = { key, json: { url }, headers: { 'Idempotency-Key': 'endpoint' } };
  const first = await request('POST', '/v1/endpoints', options);
  const second = await request('POST', '/v1/endpoints', options);
  expect(first.status).toBe(201);
  expect(second.status).toBe(201);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('location')).toBe(first.headers.get('location'));
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  const stored = (await redis.client.hvals((await redis.client.keys('*:act'))[0] ?? '')).join('');
  expect(stored).not.toContain('whsec_');
});

test('a hundred equal POSTs at once act once; the others are told to wait, or get the answer', async () => {
  const { key } = await ingress.tenant();
  const options = { key, json: { url }, headers: { 'Idempotency-Key': 'parallel' } };
  const replies = await Promise.all(Array.from({ length: 100 }, () => request('POST', '/v1/endpoints', options)));
  const made = replies.filter(({ status }) => status === 201);
  const told = replies.filter(({ status }) => status === 409);
  expect(made.length).toBeGreaterThan(0);
  expect(made.length + told.length).toBe(100);
  expect(new Set(made.map(({ body }) => IdSchema.parse(body))).size).toBe(1);
  for (const { headers, body } of told) {
    expect(headers.get('retry-after')).toBe('1');
    expect(body).toMatchObject({ code: 'idempotency.in_progress', retryable: true });
  }
  const listed = await request('GET', '/v1/endpoints', { key });
  expect(z.object({ data: z.array(z.unknown()) }).parse(listed.body).data).toHaveLength(1);
});

test('a claim whose holder died is taken over when its lease is over', async () => {
  const { key, merchantId } = await ingress.tenant();
  const fingerprint = digest(canonicalJson({ url }));
  await claimIdempotencyKey(ingress.store, {
    owner: merchantId,
    route: 'POST /v1/endpoints',
    key: 'died',
    fingerprint,
  });
  const options = { key, json: { url }, headers: { 'Idempotency-Key': 'died' } };

  expect((await request('POST', '/v1/endpoints', options)).status).toBe(409);
  ingress.clock.advance(31_000);
  expect((await request('POST', '/v1/endpoints', options)).status).toBe(201);
});

test('an act that is refused leaves its key free, and a key belongs to one path', async () => {
  const { key } = await ingress.tenant();
  const headers = { 'Idempotency-Key': 'acts' };
  const [first, second] = [await post(key, 'a'), await post(key, 'b', sampleOrder({ externalId: 'b' }))];
  const [one, other] = [IdSchema.parse(first.body), IdSchema.parse(second.body)];
  const refused = await request('POST', `/v1/orders/${one}/resync`, { key, headers });
  expect(refused.status).toBe(409);
  expect(
    (await request('POST', `/v1/orders/${one}/resync`, { key, headers })).headers.get('idempotent-replayed'),
  ).toBeNull();

  const canceled = await request('POST', `/v1/orders/${one}/cancel`, { key, headers });
  const canceledToo = await request('POST', `/v1/orders/${other}/cancel`, { key, headers });
  expect(canceled.body).toMatchObject({ id: one });
  expect(canceledToo.body).toMatchObject({ id: other });
  const reused = await request('POST', `/v1/orders/${one}/cancel`, { key, headers, json: { reason: 'another body' } });
  expect(reused.status).toBe(422);
});

test('an operator’s POST acts once for a key too', async () => {
  const options = { key: adminKey, json: { name: 'Once' }, headers: { 'Idempotency-Key': 'operator' } };
  const first = await request('POST', '/v1/merchants', options);
  const second = await request('POST', '/v1/merchants', options);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
});

test('an order whose retention is over is not taken a second time', async () => {
  const { key } = await ingress.tenant();
  const id = IdSchema.parse((await post(key, 'forgotten')).body);
  await redis.client.del(ingress.store.keys.order(id));
  const reply = await post(key, 'forgotten-again');
  expect(reply.status).toBe(409);
  expect(reply.body).toMatchObject({ code: 'order.exists', orderId: id });
});

test('a key on a GET means nothing', async () => {
  const { key } = await ingress.tenant();
  const headers = { 'Idempotency-Key': '' };
  expect((await request('GET', '/v1/orders', { key, headers })).status).toBe(200);
});
