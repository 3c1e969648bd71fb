import nock from 'nock';
import { expect, test } from 'vitest';
import { vtexPickAndPack as connector } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/index.ts';
import { toSettingsSchema } from '../../../src/ingress/connection-settings.ts';
import {
  businessError,
  legacyBody,
  orderBody,
  orderId,
  requestedLines,
  shipmentBody,
} from '../../fixtures/vtex-pick-and-pack/payloads.ts';
import {
  api,
  authHost,
  connect,
  giveToken,
  legacyHost,
  makeJwt,
  settingsOf,
  startMs,
} from './pick-and-pack-harness.ts';
import { useNock } from '../wire-harness.ts'; // prettier-ignore

useNock();

const orderPath = `/prod/v1/orders/${orderId}`;
const probePath = '/prod/v1/orders/packline-connection-test';
const shipmentsPath = `/prod/v1/shipments?orderId=${orderId}`;
const ref = { externalRef: orderId, lines: requestedLines };
const failed = (kind: string, code: string) => ({ kind, code: `vtex-pick-and-pack.${code}` });

test('a test of the connection asks for an order that is not there, and is content with the refusal', async () => {
  for (const [status, code] of [
    [403, 'SHR0007B'],
    [404, 'ORD0009B'],
    [400, 'ORD0002B'],
  ] as const) {
    api().get(probePath).reply(status, businessError(code));
    await expect(connect().pickAndPack.test()).resolves.toEqual({ account: 'luxstore' });
  }
});

test('a test tells a bad key, another account, a token written wrongly and an outage apart', async () => {
  nock(authHost).post('/prod/token').reply(401, { message: 'Requires authentication' });
  await expect(connect().pickAndPack.test()).rejects.toMatchObject(failed('misconfigured', 'key_refused'));
  giveToken(makeJwt(startMs, { hostname: 'otherstore' }));
  await expect(connect().pickAndPack.test()).rejects.toMatchObject(failed('misconfigured', 'account_mismatch'));
  api().get(probePath).reply(403, { message: 'User is not authorized to access this resource' });
  await expect(connect().pickAndPack.test()).rejects.toMatchObject(failed('misconfigured', 'forbidden'));
  nock(authHost).post('/prod/token').reply(503, '<html>');
  await expect(connect().pickAndPack.test()).rejects.toMatchObject(failed('transient', 'auth_unavailable'));
});

test('a test that may not even dial is no success', async () => {
  const { pickAndPack } = connect({ authBaseUrl: 'http://auth.example' });
  await expect(pickAndPack.test()).rejects.toMatchObject({ code: 'egress.scheme' });
});

test('the legacy API is tested with the legacy reader', async () => {
  giveToken();
  nock(legacyHost).get('/prod/picking-tracking/packline-connection-test').reply(404, { code: '1001' });
  await expect(connect({ api: 'legacy' }).pickAndPack.test()).resolves.toEqual({ account: 'luxstore' });
});

test('an order that is being picked costs one call', async () => {
  api()
    .get(orderPath)
    .reply(200, orderBody({ invoices: [], unhandledItems: [{}] }));
  const { pickAndPack, operations } = connect();
  await expect(pickAndPack.find(ref)).resolves.toEqual({
    partnerOrderId: orderId,
    jobId: undefined,
    dispatched: true,
    evidence: [
      {
        system: 'vtex-pick-and-pack',
        subject: 'order',
        code: 'in_progress',
        occurredAt: null,
        receivedAt: '2026-01-15T01:00:00.000Z',
      },
    ],
    pickedItems: null,
    needsAttention: null,
    returns: [],
  });
  expect(operations).toEqual(['token.create', 'order.get']);
});

test('an order that is past picking is read with its shipments', async () => {
  api().get(orderPath).reply(200, orderBody()).get(shipmentsPath).reply(200, [shipmentBody()]);
  const snapshot = await connect().pickAndPack.find(ref);
  expect(snapshot?.evidence.map(({ code }) => code)).toEqual([
    'in_progress',
    'order.has_invoice',
    'shipment.delivered',
  ]);
  expect(snapshot?.pickedItems).toHaveLength(4);
});

test('of several shipments each is read: what one of them brings back is a return, and says nothing of the customer’s parcel', async () => {
  const there = shipmentBody({ id: 'there-1' });
  const pathOf = (id: string) => `/prod/v1/shipments/${id}`;
  const packages = [
    { items: [{ id: '140', quantity: 2 }, { id: 75, quantity: 1 }, null, { id: '75' }] },
    { items: null },
    {},
  ];
  const read = async (back: Record<string, unknown>, type: string | undefined, status = 200) => {
    const listed = [there, shipmentBody({ id: 'back-1', ...back })];
    api().get(orderPath).reply(200, orderBody()).get(shipmentsPath).reply(200, listed);
    nock('https://api.pick-and-pack.com', { reqheaders: { 'x-pnp-filtermethod': 'BY_INTERNAL_ID' } })
      .get(pathOf('there-1'))
      .reply(200, { id: 'there-1', type: 'PICKUP_DELIVERY', packages })
      .get(pathOf('back-1'))
      .reply(status, status === 200 ? { id: 'back-1', type, packages } : businessError('TRP0005E'));
    const snapshot = await connect().pickAndPack.find(ref);
    return {
      returns: snapshot?.returns,
      parcels: snapshot?.evidence.filter(({ subject }) => subject !== 'order').length,
    };
  };
  const goods = [
    { sku: '140', quantity: 2 },
    { sku: '75', quantity: 1 },
  ];
  expect(await read({}, 'RETURN')).toEqual({ returns: [{ reference: 'back-1', goods }], parcels: 1 });
  expect(await read({ status: 'ON_ROUTE' }, 'RETURN')).toEqual({ returns: [], parcels: 1 });
  expect(await read({}, 'TRANSFER')).toEqual({ returns: [], parcels: 1 });
  expect(await read({}, 'DELIVERY')).toEqual({ returns: [], parcels: 2 });
  expect(await read({}, undefined, 404)).toEqual({ returns: [], parcels: 2 });
});

const delivery = {
  at: '2026-01-15T02:00:00.000Z',
  events: [{ city: 'Rio', state: 'RJ', description: 'Delivered', date: '2026-01-15T02:00:00.000Z' }],
};
const trackingPath = `${orderPath}/tracking`;

test('a delivery is told with its date and all that happened, once: an order whose parcels have all arrived is left alone', async () => {
  const body = { deliveredDate: delivery.at, events: delivery.events };
  api()
    .get(shipmentsPath)
    .reply(200, [shipmentBody({ status: 'ON_ROUTE' })])
    .patch(trackingPath, body)
    .reply(200, { ...body, orderId });
  const { pickAndPack, operations } = connect();
  await expect(pickAndPack.tellDelivered?.(ref, delivery)).resolves.toEqual({ alreadyThere: false });
  nock('https://api.pick-and-pack.com').get(shipmentsPath).reply(200, [shipmentBody()]);
  await expect(pickAndPack.tellDelivered?.(ref, delivery)).resolves.toEqual({ alreadyThere: true });
  expect(operations.filter((operation) => operation === 'tracking.update')).toHaveLength(1);
});

test('a delivery before the invoice waits for it, ten minutes at a time', async () => {
  api()
    .get(shipmentsPath)
    .reply(200, [])
    .patch(trackingPath)
    .reply(404, businessError('ORA0001B', 'The order must be invoiced'));
  await expect(connect().pickAndPack.tellDelivered?.(ref, delivery)).rejects.toMatchObject({
    ...failed('transient', 'not_invoiced'),
    retryAfterMs: 600_000,
  });
});

test('the legacy API is told nothing: the OMS is, by whoever tells it otherwise', () => {
  expect(connect({ api: 'legacy' }).pickAndPack).not.toHaveProperty('tellDelivered');
  const tells = (which: 'new' | 'legacy') => connector.tellsOmsOfDelivery?.(settingsOf({ api: which }));
  expect([tells('new'), tells('legacy')]).toEqual([true, false]);
});

test('shipments that are not ours to see are none', async () => {
  api().get(orderPath).reply(200, orderBody()).get(shipmentsPath).reply(403, businessError('SHP0003B'));
  expect((await connect().pickAndPack.find(ref))?.evidence).toHaveLength(2);
});

test('shipments that cannot be read now are waited for: an order is not told by half', async () => {
  api().get(orderPath).reply(200, orderBody()).get(shipmentsPath).reply(502, '<html>');
  // A read that fails is made once more within the call.
  nock('https://api.pick-and-pack.com').get(shipmentsPath).optionally().reply(502);
  await expect(connect().pickAndPack.find(ref)).rejects.toMatchObject(failed('transient', 'unavailable'));
});

test.each([
  [403, businessError('SHR0007B')],
  [404, businessError('ORD0009B', 'Order not found')],
])('an order that Pick and Pack has not is null: %i', async (status, body) => {
  api().get(orderPath).reply(status, body);
  await expect(connect().pickAndPack.find(ref)).resolves.toBeNull();
});

test.each([
  [404, '<html>', 'transient', 'unreadable_reply'],
  [403, { message: 'Forbidden' }, 'misconfigured', 'forbidden'],
  [200, { ok: true }, 'transient', 'unreadable_reply'],
] as const)('what only looks like "not there" is never taken for it: %i', async (status, body, kind, code) => {
  api().get(orderPath).reply(status, body);
  await expect(connect().pickAndPack.find(ref)).rejects.toMatchObject(failed(kind, code));
});

test('another order’s answer is believed about neither', async () => {
  api()
    .get(orderPath)
    .reply(200, orderBody({ orderId: 'another' }));
  await expect(connect().pickAndPack.find(ref)).rejects.toMatchObject(failed('transient', 'unreadable_reply'));
});

test('a connection with the legacy reader finds statuses, and nothing of the new API is called', async () => {
  nock(legacyHost, { reqheaders: { authorization: giveToken() } })
    .get(`/prod/picking-tracking/${orderId}`)
    .reply(200, legacyBody());
  const snapshot = await connect({ api: 'legacy' }).pickAndPack.find(ref);
  expect(snapshot?.evidence.map(({ code }) => code)).toEqual(['picking', 'shipment.on_route']);
  expect(snapshot).toMatchObject({ dispatched: true, pickedItems: null });
});

test.each([
  [404, { code: '1001', message: 'Resource not found' }],
  [400, { code: '1002', message: 'OrderId is not found' }],
])('an order that the legacy API has not is null: %i', async (status, body) => {
  giveToken();
  nock(legacyHost).get(`/prod/picking-tracking/${orderId}`).reply(status, body);
  await expect(connect({ api: 'legacy' }).pickAndPack.find(ref)).resolves.toBeNull();
});

test('it looks and listens, and tells of deliveries: nothing can be begun, changed or canceled over this API', () => {
  const methods = ['find', 'readDocuments', 'readFacility', 'tellDelivered', 'test'];
  expect(Object.keys(connect().pickAndPack).sort()).toEqual(methods);
});

test('settings: the account’s name is enough beside the key, and everything can be set', () => {
  const settings = settingsOf({ account: ' LuxStore ', apiBaseUrl: 'https://proxy.example/pnp//' });
  expect(settings).toMatchObject({
    account: 'luxstore',
    api: 'new',
    apiBaseUrl: 'https://proxy.example/pnp',
    apiAuthorization: 'bearer',
    legacyAuthorization: 'raw',
    requestsPerSecond: 450,
  });
  expect(connector.urls(settings)).toEqual(['https://proxy.example/pnp', `${authHost}/prod`, `${legacyHost}/prod`]);
  expect(connector.appearsWithinMs?.(settings)).toBe(900_000);
  expect(connector.vendorAccount?.(settings)).toBe('vtex:luxstore');
  expect(connector.budgets(settings)).toEqual({
    default: { calls: 450, perMs: 1_000, atOnce: 100, marginPercent: 4 },
  });
  for (const wrong of [
    { account: 'luxstore.example' },
    { apiKey: '' },
    { apiKey: 'a b' },
    { webhookKey: 'short' },
    { apiBaseUrl: 'ftp://x.example' },
    { requestsPerSecond: 501 },
    { surprise: 1 },
  ]) {
    expect(() => settingsOf(wrong), JSON.stringify(wrong)).toThrow(Object.keys(wrong)[0]);
  }
});

test('keys of one account share its budget', () => {
  const accountOf = (changes: Record<string, unknown>) => connector.account(settingsOf(changes));
  expect(accountOf({ apiKey: 'a' })).toBe(accountOf({ apiKey: 'b' }));
  expect(accountOf({})).not.toBe(accountOf({ account: 'otherstore' }));
  expect(accountOf({})).not.toBe(accountOf({ api: 'legacy' }));
});

test('forms know which settings are secret', () => {
  const { properties } = toSettingsSchema(connector);
  const secret = Object.entries(properties as Record<string, Record<string, unknown>>)
    .filter(([, property]) => property['x-secret'] === true)
    .map(([name]) => name);
  expect(secret.sort()).toEqual(['apiKey', 'webhookKey']);
});
