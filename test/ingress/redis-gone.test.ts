import { adminKey } from '../support/ingress.ts';
import { expect, test } from 'vitest';
import { startTroubledIngress } from '../support/troubled-ingress.ts';

const { ingress, redis, key, postOrder, postWebhook } = await startTroubledIngress();
const { request } = ingress;

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
  const metrics = await request('GET', '/metrics', { key: adminKey });
  expect(metrics.status).toBe(200);
  expect(metrics.text).not.toMatch(/^packline_entries\{/m);
});
