import { afterAll, expect, it, vi } from 'vitest';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startPackline } from '../support/packline.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, logTo: process.stdout, sandbox: { speed: 10, picker: { stepMs: 500, outcome: 'seeded' } } });
afterAll(() => packline.close());

it('an order is accepted, picked at Nash, delivered, and every step is announced in order', async () => {
  const posted = await packline.call('POST', '/v1/orders', sampleOrder(), { 'idempotency-key': 'k1' });
  expect(posted.status).toBe(202);
  const id = String(posted.body['id']);
  await vi.waitFor(
    async () => {
      const { body } = await packline.call('GET', `/v1/orders/${id}`);
      expect(body['status']).toBe('DELIVERED');
    },
    { timeout: 15_000, interval: 100 },
  );
  await vi.waitFor(() => expect(packline.subscriber.received.at(-1)?.data['newStatus']).toBe('DELIVERED'), 5_000);
  console.log(packline.subscriber.received.map((e) => `${e.type} ${String(e.data['newStatus'] ?? '')}`));
  console.log(packline.subscriber.refused);
  const timeline = await packline.call('GET', `/v1/orders/${id}/timeline`);
  console.log(JSON.stringify(timeline.body, null, 1).slice(0, 6000));
});
