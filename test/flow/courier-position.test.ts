import { afterAll, expect, test, vi } from 'vitest';
import { whereIs } from '../store/everything-in-redis.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url, client } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const orders = makeOrderReader(packline);

test('where Nash’s courier is stands beside the order’s shipment while it is on its way; who drives is never kept', async () => {
  const externalId = 'courier-1';
  const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId }); // prettier-ignore
  const orderId = String(posted.body['id']);
  const shown = async (): Promise<unknown> => {
    const { body } = await packline.call('GET', `/v1/orders/${orderId}/shipments`);
    return (body['data'] as Record<string, unknown>[])[0]?.['position'];
  };
  await vi.waitFor(() => expect(packline.sandbox.books.effectsOf('org_demo', externalId)).toHaveProperty('order.dispatched'), waiting); // prettier-ignore
  await packline.control('POST', `/nash/jobs/${externalId}/advance`, { to: 'dropoff_enroute' });
  await orders.reaches(externalId, { status: 'ON_ROUTE' });
  const marks = [-37.9, -37.91, -37.92];
  for (const lat of marks) await packline.control('POST', `/nash/jobs/${externalId}/locate`, { lat, lng: 145.1 });
  await vi.waitFor(async () => expect(await shown()).toEqual({ latitude: -37.92, longitude: 145.1, at: expect.any(String) }), waiting); // prettier-ignore
  // The courier's name stands in every one of Nash's hooks about positions, and they are not kept.
  expect(await whereIs(client, ['145.1', 'Sam P.', '61400000009'])).toEqual([]);
  await packline.control('POST', `/nash/jobs/${externalId}/advance`, { to: 'dropoff_complete' });
  await orders.reaches(externalId, { status: 'DELIVERED' });
  expect(await shown()).toBeNull();
});
