import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectCourier } from '../../src/cli/seed-courier.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
let packline: TestPackline;
beforeAll(async () => {
  packline = await startPackline({ redisUrl: redis.url });
}, 60_000);
afterAll(() => packline.close());

const trackingOf = async (path: string) => (await packline.call('GET', `/v1/tracking/${path}`)).body;
const connections = async () =>
  ((await packline.call('GET', '/v1/connections')).body['data'] as { name: string; connector: string }[]).filter(
    ({ connector }) => connector === 'generic-carrier',
  );

async function orderWith(externalId: string, trackingNumber: string): Promise<string> {
  const order = sampleOrder({ externalId, storeLocationId: 'store-nobody' });
  const posted = await packline.call('POST', '/v1/orders', order, { 'idempotency-key': externalId });
  const orderId = String(posted.body['id']);
  const told = await packline.call('PATCH', `/v1/orders/${orderId}/tracking`, { carrier: 'Demo', trackingNumber });
  expect(told.status).toBe(202);
  return orderId;
}

describe('the demo’s courier, connected by its settings alone', () => {
  it('is one connection, however often the demo starts', async () => {
    await connectCourier(packline);
    await connectCourier(packline);
    expect(await connections()).toMatchObject([{ name: 'demo' }]);
  });

  it('is asked about an order’s parcel, pushes its way, and brings it to the door', async () => {
    const orderId = await orderWith('courier-1', 'PK1');
    await makeOrderReader(packline).reaches('courier-1', { status: 'DELIVERED' });
    await vi.waitFor(async () => {
      expect(await trackingOf('demo/PK1')).toMatchObject({
        status: 'DELIVERED',
        orderIds: [orderId],
        sources: ['poll', 'push'],
        unmappedCodes: [],
      });
    }, waiting);
  });

  it('may push a parcel that nobody has named yet', async () => {
    packline.sandbox.carriers.parcels.move(packline.sandbox.carriers.parcels.open('demo', 'PK2'), 'collected');
    await vi.waitFor(async () => {
      expect(await trackingOf('demo/PK2')).toMatchObject({ status: 'PICKED_UP', sources: ['push'], orderIds: [] });
    }, waiting);
  });
});
