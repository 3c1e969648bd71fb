import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { trackerBody } from '../fixtures/carriers/easypost.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const webhookSecret = 'a secret of webhooks';

/** A carrier that answers what it is told to, by number; it does not know the others. */
const trackers = new Map<string, Record<string, unknown>>();
const asked: string[] = [];
const carrier = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { tracker } = JSON.parse(Buffer.concat(chunks).toString()) as { tracker: { tracking_code: string } };
    asked.push(tracker.tracking_code);
    const known = trackers.get(tracker.tracking_code);
    response.writeHead(known === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ?? { error: { code: 'TRACKER.NOT_FOUND', message: 'no' } }));
  });
});

let packline: TestPackline;
let webhookPath = '';
beforeAll(async () => {
  carrier.listen(0, '127.0.0.1');
  await new Promise((resolve) => carrier.once('listening', resolve));
  const address = carrier.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  packline = await startPackline({ redisUrl: redis.url, reach: [baseUrl] });
  const settings = { baseUrl, apiKey: `canary-${randomUUID()}`, webhookSecret };
  const made = await packline.call('POST', '/v1/connections', { connector: 'easypost', name: 'Parcels', settings });
  expect(made.status).toBe(201);
  webhookPath = new URL(String(made.body['webhookUrl'])).pathname;
}, 60_000);
afterAll(async () => {
  carrier.close();
  await packline.close();
});

const event = (status: string, datetime: string, message: string) => ({
  message,
  status,
  status_detail: 'status_update',
  datetime,
  tracking_location: { city: 'RECIFE', state: 'PE', country: 'BR', zip: null },
});
const moving = [event('in_transit', '2026-01-12T10:00:00Z', 'Departed')];
const arrived = [...moving, event('delivered', '2026-01-13T15:00:00Z', 'Delivered')];
const tracker = (number: string, details: readonly { status: string }[]) =>
  trackerBody({
    tracking_code: number,
    status: details.at(-1)?.status,
    tracking_details: details,
    est_delivery_date: null,
  });

const trackingOf = async (path: string) => (await packline.call('GET', `/v1/tracking/${path}`)).body;
const hook = (number: string, details: readonly { status: string }[]) => {
  const body = JSON.stringify({
    id: `evt_${randomUUID()}`,
    description: 'tracker.updated',
    result: tracker(number, details),
  });
  const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
  return fetch(packline.baseUrl + webhookPath, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hmac-signature': `hmac-sha256-hex=${signature}` },
    body,
  });
};
const heard = (type: string, orderId: string) =>
  packline.subscriber.received
    .filter((one) => one.type === type && one.data['orderId'] === orderId)
    .map(({ data }) => data);

async function orderWith(externalId: string, number: string): Promise<string> {
  const order = sampleOrder({ externalId, storeLocationId: 'store-nobody' });
  const posted = await packline.call('POST', '/v1/orders', order, { 'idempotency-key': externalId });
  const orderId = String(posted.body['id']);
  const told = await packline.call('PATCH', `/v1/orders/${orderId}/tracking`, {
    carrier: 'USPS',
    trackingNumber: number,
  });
  expect(told.status).toBe(202);
  return orderId;
}

describe('a parcel of an order', () => {
  it('is asked about at once, and its way becomes the order’s', async () => {
    trackers.set('POLLED1', tracker('POLLED1', arrived));
    const orderId = await orderWith('tracked-poll', 'polled 1');
    const orders = makeOrderReader(packline);
    await orders.reaches('tracked-poll', { status: 'DELIVERED' });
    expect(await trackingOf('usps/POLLED1')).toMatchObject({
      status: 'DELIVERED',
      orderIds: [orderId],
      sources: ['poll'],
    });
    expect(asked.filter((number) => number === 'POLLED1')).toHaveLength(1);
    const { body } = await packline.call('GET', `/v1/orders/${orderId}/timeline`);
    expect(JSON.stringify(body)).toContain('shipment.status_changed');
    await vi.waitFor(() => expect(heard('shipment.status_changed', orderId)).toHaveLength(1), waiting);
    expect(heard('shipment.status_changed', orderId)).toMatchObject([
      { carrier: 'usps', trackingNumber: 'POLLED1', oldStatus: 'UNKNOWN', newStatus: 'DELIVERED', statusAt: '2026-01-13T15:00:00.000Z' }, // prettier-ignore
    ]);
    expect(heard('tracking.updated', orderId)).toHaveLength(1);
    expect(heard('shipment.created', orderId)).toMatchObject([{ trackingNumber: 'POLLED1' }]);
    const found = await packline.call('GET', '/v1/search?q=polled1');
    expect(JSON.stringify(found.body)).toContain(orderId);
  });

  it('is heard of by its carrier’s webhooks, each once, in any order', async () => {
    trackers.set('PUSHED1', tracker('PUSHED1', moving));
    const orderId = await orderWith('tracked-push', 'PUSHED1');
    const orders = makeOrderReader(packline);
    await orders.reaches('tracked-push', { status: 'ON_ROUTE' });
    for (const details of [arrived, moving, arrived]) expect((await hook('PUSHED1', details)).status).toBe(200);
    await orders.reaches('tracked-push', { status: 'DELIVERED' });
    await vi.waitFor(async () => expect((await trackingOf('usps/PUSHED1'))['events']).toHaveLength(3), waiting);
    await vi.waitFor(() => expect(heard('shipment.status_changed', orderId)).toHaveLength(2), waiting);
    expect(heard('shipment.status_changed', orderId).map((data) => data['newStatus'])).toEqual([
      'IN_TRANSIT',
      'DELIVERED',
    ]);
  });

  it('that nobody has told us of is known by its carrier’s first webhook', async () => {
    expect((await hook('STRAY1', moving)).status).toBe(200);
    await vi.waitFor(async () => expect(await trackingOf('usps/STRAY1')).toMatchObject({ status: 'IN_TRANSIT', orderIds: [] }), waiting); // prettier-ignore
    const ofStray = () => packline.subscriber.received.filter(({ data }) => data['trackingNumber'] === 'STRAY1');
    await vi.waitFor(() => expect(ofStray().map(({ type }) => type).sort()).toEqual(['shipment.created', 'shipment.status_changed', 'tracking.updated']), waiting); // prettier-ignore
  });

  it('that its carrier does not know yet leaves the order as it is', async () => {
    const orderId = await orderWith('tracked-unknown', 'NOBODY1');
    await vi.waitFor(() => expect(asked).toContain('NOBODY1'), waiting);
    await vi.waitFor(async () => expect(await trackingOf('usps/NOBODY1')).toMatchObject({ polledAt: expect.any(String) }), waiting); // prettier-ignore
    expect(await trackingOf('usps/NOBODY1')).toMatchObject({ status: 'UNKNOWN', orderIds: [orderId] });
    expect((await packline.call('GET', `/v1/orders/${orderId}`)).body).toMatchObject({
      status: 'RECEIVED',
      problems: [{ code: 'order.no_route' }],
    });
  });

  it('keeps what happened to it, and nothing that names the person, when that is erased', async () => {
    const signed = [event('delivered', '2026-01-13T15:00:00Z', 'Signed by CANARY SILVA')];
    trackers.set('ERASED1', tracker('ERASED1', signed));
    const orderId = await orderWith('tracked-erased', 'ERASED1');
    await makeOrderReader(packline).reaches('tracked-erased', { status: 'DELIVERED' });
    expect(JSON.stringify(await trackingOf('usps/ERASED1'))).toContain('CANARY');
    const erased = await packline.call('POST', '/v1/erasures', { orderId });
    expect(erased.body['erased']).toMatchObject([{ where: expect.arrayContaining(['tracking']) }]);
    expect(await trackingOf('usps/ERASED1')).toMatchObject({ status: 'DELIVERED' });
    expect((await hook('ERASED1', [...moving, ...signed])).status).toBe(200);
    await vi.waitFor(async () => expect((await trackingOf('usps/ERASED1'))['events']).toHaveLength(3), waiting);
    expect(JSON.stringify(await trackingOf('usps/ERASED1'))).not.toMatch(/CANARY|RECIFE/);
  });

  it('is not believed where its webhook is not signed', async () => {
    const refused = await fetch(packline.baseUrl + webhookPath, { method: 'POST', body: '{}' });
    expect(refused.status).toBe(401);
  });
});
