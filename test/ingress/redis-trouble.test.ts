import { expect, test } from 'vitest';
import { adminKey } from '../support/ingress.ts';
import { startTroubledIngress } from '../support/troubled-ingress.ts';

const { ingress, client, key, postOrder, postWebhook } = await startTroubledIngress();
const { request } = ingress;

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
