import { expect, test } from 'vitest';
import { createMetrics } from '../../src/platform/metrics.ts';
import { serveProbes } from '../../src/platform/probe-server.ts';

test('the probes’ port serves metrics and health, and nothing else', async () => {
  const metrics = createMetrics();
  metrics.deliveries.inc({ outcome: 'delivered' });
  let ready = true;
  const isReady = async (): Promise<void> => {
    if (!ready) throw new Error('Redis is away');
  };
  const server = await serveProbes({ port: 0, host: '127.0.0.1' }, { metrics: metrics.registry, isReady });
  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  expect(await (await get('/metrics')).text()).toContain('packline_webhook_deliveries_total{outcome="delivered"} 1');
  expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 200]);
  ready = false;
  expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 503]);
  for (const path of ['/', '/v1/orders', '/metrics/..%2f', '/__proto__', '/constructor']) {
    expect([path, (await get(path)).status]).toEqual([path, 404]);
  }
  expect((await get('/metrics', 'POST')).status).toBe(404);
  await server.close();
});
