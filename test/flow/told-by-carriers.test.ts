import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { StoreDeps } from '../../src/store/deps.ts';
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

const hookClient = { hookClientId: 'packline-ups', hookClientSecret: 'packline-ups-secret' };
const secret = 'a secret of webhooks';
const rows = [
  {
    connector: 'ups',
    number: '1ZCIETST0111111114',
    settings: { clientId: 'demo_client', clientSecret: 'demo_secret', ...hookClient },
    door: { clientId: hookClient.hookClientId, clientSecret: hookClient.hookClientSecret },
  },
  {
    connector: 'shippo',
    number: 'SHIPPO1',
    settings: { apiKey: 'demo_key', carrier: 'usps', webhookSecret: secret, subscribes: true },
    door: { secret },
  },
  {
    connector: 'shipengine',
    number: 'SHIPENGINE1',
    settings: { apiKey: 'demo_key', carrier: 'usps', subscribes: true },
    door: {},
  },
] as const;

async function connect({ connector, settings, door }: (typeof rows)[number]): Promise<void> {
  const baseUrl = `${packline.sandboxUrl}/carriers/${connector}`;
  const made = await packline.call('POST', '/v1/connections', {
    connector,
    name: connector,
    settings: { ...settings, baseUrl },
  });
  expect(made.status).toBe(201);
  const told = await fetch(`${packline.sandboxUrl}/_sandbox/carriers/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ carrier: connector, url: made.body['webhookUrl'], ...door }),
  });
  expect(told.status).toBe(204);
}

const isListRead = async (store: StoreDeps | undefined): Promise<boolean> => {
  const lists = await (store?.redis.keys(store.keys.hookKeys('*')) ?? []);
  return lists.length === 1;
};

async function follow({ connector, number }: (typeof rows)[number]): Promise<string> {
  const externalId = `told-${connector}`;
  const order = sampleOrder({ externalId, storeLocationId: 'store-nobody' });
  const posted = await packline.call('POST', '/v1/orders', order, { 'idempotency-key': externalId });
  const tracking = { carrier: connector, trackingNumber: number };
  expect((await packline.call('PATCH', `/v1/orders/${String(posted.body['id'])}/tracking`, tracking)).status).toBe(202);
  return externalId;
}

it('a carrier that tells only of numbers it was asked to tell of is asked when an order names one, and its hooks bring the parcel to the door', async () => {
  for (const row of rows) await connect(row);
  const [store] = packline.base.stores;
  // Its hooks are believed once the list of its keys was read, which is when its connection was made.
  await vi.waitFor(async () => expect(await isListRead(store)).toBe(true), waiting);
  const orders = makeOrderReader(packline);
  await Promise.all(
    rows.map(async (row) => {
      await orders.reaches(await follow(row), { status: 'DELIVERED' });
      await vi.waitFor(async () => {
        const { body } = await packline.call('GET', `/v1/tracking/${row.connector}/${row.number}`);
        expect(body).toMatchObject({ status: 'DELIVERED', sources: ['push'], subscription: 'on', unmappedCodes: [] });
      }, waiting);
    }),
  );
}, 60_000);
