import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { makeWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { startIngress, adminKey } from '../support/ingress.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import * as z from 'zod';

const startRedis = redisStarter();
const home = await temporaryFolder();
const redis = await startRedis({ home });
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, clock } = ingress;
const { key, merchantId } = await ingress.tenant();
const secret = makeWebhookSecret(Buffer.alloc(32, 7));
const connection = await request('POST', '/v1/connections', {
  key,
  json: { connector: 'nash', name: 'Nash', settings: { apiKey: 'nash_key', webhookSecret: secret } },
});
const { webhookUrl } = z.looseObject({ webhookUrl: z.string() }).parse(connection.body);

let count = 0;
const postOrder = () => {
  count += 1;
  const headers = { 'Idempotency-Key': `trouble-${count}` };
  return request('POST', '/v1/orders', { key, json: sampleOrder({ externalId: `t-${count}` }), headers });
};
const postWebhook = () => {
  count += 1;
  const seconds = Math.floor(clock.now() / 1000);
  const signature = signWebhook(secret, `msg_${count}`, seconds, '{}');
  const headers = { 'svix-id': `msg_${count}`, 'svix-timestamp': String(seconds), 'svix-signature': signature };
  return request('POST', new URL(webhookUrl).pathname, { raw: '{}', headers });
};
/** Its own connection: the API’s is what the trouble is about. */
const client = new Redis(redis.url);
client.on('error', () => undefined);
afterAll(() => client.disconnect());

test('a Redis that is full answers reads, and 503 for what would be written', async () => {
  await client.config('SET', 'maxmemory', '1');
  for (const reply of [await postOrder(), await postWebhook(), await request('GET', '/readyz')]) {
    expect(reply.status).toBe(503);
    expect(reply.body).toMatchObject({ code: 'redis.away', source: 'packline', retryable: true });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await request('GET', '/v1/orders', { key })).status).toBe(200);
  await client.config('SET', 'maxmemory', '0');
  expect((await postOrder()).status).toBe(202);
});

test('a Redis that became a replica answers 503', async () => {
  await client.call('REPLICAOF', '127.0.0.1', '1');
  expect((await postOrder()).status).toBe(503);
  await client.call('REPLICAOF', 'NO', 'ONE');
  await expect.poll(async () => (await postOrder()).status, { timeout: 5_000 }).toBe(202);
});

test('while shedding nothing new is taken; reads, deletions and the operator go on', async () => {
  ingress.state.shedding = true;
  const reply = await postOrder();
  expect(reply.status).toBe(503);
  expect(reply.body).toMatchObject({ code: 'packline.full' });
  expect(reply.headers.get('retry-after')).toBe('5');
  expect((await postWebhook()).status).toBe(503);
  expect((await request('GET', '/v1/orders', { key })).status).toBe(200);
  expect((await request('GET', '/v1/merchants', { key: adminKey })).status).toBe(200);
  ingress.state.shedding = false;
  expect((await postOrder()).status).toBe(202);
});

test('a Redis that came back empty is shut for everybody: never a 401, never a 404, never an empty list', async () => {
  await client.flushall();
  const shut = [
    await postOrder(),
    await postWebhook(),
    await request('GET', '/v1/orders', { key }),
    await request('GET', '/v1/orders/ord_01jd3xk5q8h2v4m6n7p9r0stwz', { key }),
    await request('GET', '/v1/orders', { key: 'pl_some_other_key' }),
    await request('POST', '/v1/endpoints', { key, json: { url: 'https://hooks.acme.com/x' } }),
    await request('GET', '/v1/merchants', { key: adminKey }),
    await request('GET', '/v1/orders', { key: adminKey, headers: { 'Packline-Merchant': merchantId } }),
    await request('GET', '/readyz'),
  ];
  clock.advance(3_000); // Nothing of the look-ups before is believed any more.
  shut.push(await postOrder(), await request('GET', '/v1/orders', { key }));
  for (const { status, body, headers } of shut) {
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'redis.generation' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(await client.dbsize()).toBeLessThanOrEqual(1); // Readiness wrote its own word; nothing else.
  expect((await request('GET', '/livez')).status).toBe(200);
});

test('a Redis that is gone is answered 503 within a moment, and the process lives', async () => {
  await redis.stop(0);
  const startedMs = Date.now();
  for (const reply of [
    await postOrder(),
    await postWebhook(),
    await request('GET', '/v1/orders', { key }),
    await request('GET', '/readyz'),
  ]) {
    // prettier-ignore
    expect(reply.status).toBe(503);
    expect(reply.body).toMatchObject({ code: 'redis.away' });
    expect(reply.headers.get('retry-after')).toBe('1');
  }
  expect(Date.now() - startedMs).toBeLessThan(5_000);
  expect((await request('GET', '/livez')).status).toBe(200);
});
