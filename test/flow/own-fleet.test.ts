import { afterAll, expect, test, vi } from 'vitest';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const orders = makeOrderReader(packline);

test('what the merchant’s own courier tells of parcels reaches Nash, once; a delivery that Nash refuses is said at its order', async () => {
  const { body } = await packline.call('GET', `/v1/connections/${packline.connectionId}`);
  const settings = { ...(body['settings'] as object), ownFleet: true };
  const { apiKey: _, webhookSecret: __, ...plain } = settings as Record<string, unknown>;
  expect((await packline.call('PATCH', `/v1/connections/${packline.connectionId}`, { settings: plain })).status).toBe(200); // prettier-ignore
  const keys = `/v1/merchants/${packline.merchantId}/api-keys`;
  const admin = { authorization: `Bearer ${packline.adminKey}` };
  const made = await packline.call('POST', keys, { name: 'courier', scopes: ['carrier'] }, admin);
  const courier = { authorization: `Bearer ${String(made.body['key'])}` };

  const names = ['fleet-1', 'fleet-2'];
  for (const externalId of names) {
    const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId }); // prettier-ignore
    await vi.waitFor(() => expect(packline.sandbox.books.effectsOf('org_demo', externalId)).toHaveProperty('order.dispatched'), waiting); // prettier-ignore
    await packline.control('POST', `/nash/jobs/${externalId}/advance`, { to: 'items_pick_complete' });
    const tracking = { carrier: 'own', trackingNumber: externalId.toUpperCase() };
    await packline.call('PATCH', `/v1/orders/${String(posted.body['id'])}/tracking`, tracking);
  }
  await packline.control('POST', '/nash/answers', { refusedDeliveries: { 'fleet-2': 'DISALLOWED_OPERATION' } });
  const tell = async (status: string, minute: number): Promise<void> => {
    const occurredAt = new Date(packline.base.clock.now() - 600_000 + minute * 60_000).toISOString();
    const events = names.map((name) => ({ carrier: 'own', trackingNumber: name.toUpperCase(), status, occurredAt }));
    expect((await packline.call('POST', '/v1/tracking-events', { events }, courier)).status).toBe(202);
  };
  const effects = () => packline.sandbox.books.effectsOf('org_demo', 'fleet-1');
  await tell('PICKED_UP', 1);
  await vi.waitFor(() => expect(effects()).toHaveProperty(['delivery.pickup_complete']), waiting);
  await tell('DELIVERED', 3);
  await vi.waitFor(() => expect(effects()).toHaveProperty(['delivery.dropoff_complete']), waiting);
  // A scan of the way, told late.
  await tell('IN_TRANSIT', 2);
  await orders.reaches('fleet-1', { status: 'DELIVERED' });
  await vi.waitFor(async () => expect(await orders.problemsOf('fleet-2')).toContain('fulfilment.fleet_refused'), waiting); // prettier-ignore
  expect(effects()).toMatchObject({ 'delivery.pickup_complete': 1, 'delivery.dropoff_complete': 1 });
  expect(effects()).not.toHaveProperty(['delivery.dropoff_enroute']);
  expect(await orders.problemsOf('fleet-1')).not.toContain('fulfilment.fleet_refused');
});
