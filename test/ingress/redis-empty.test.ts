import { expect, test } from 'vitest';
import { adminKey } from '../support/ingress.ts';
import { startTroubledIngress } from '../support/troubled-ingress.ts';

const { ingress, client, key, merchantId, postOrder, postWebhook } = await startTroubledIngress();
const { request, clock } = ingress;

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
