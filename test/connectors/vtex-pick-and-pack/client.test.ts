import nock from 'nock';
import { expect, test } from 'vitest';
import { PickAndPackClient } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/client.ts';
import { LegacyClient } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/legacy-client.ts';
import { Session } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/session.ts';
import { Tokens } from '../../../src/connectors/vendor/vtex/tokens.ts';
import {
  businessError,
  facilityBody,
  legacyBody,
  orderBody,
  orderId,
  shipmentBody,
  trackingBody,
  worksheetBody,
} from '../../fixtures/vtex-pick-and-pack/payloads.ts';
import { api, apiHost, createIo, giveToken, legacyHost, settingsOf } from './pick-and-pack-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const v1 = '/prod/v1';

function open(changes: Record<string, unknown> = {}) {
  const made = createIo();
  const session = new Session(settingsOf(changes), made.io, new Tokens('vtex-pick-and-pack'));
  return { ...made, client: new PickAndPackClient(session), legacy: new LegacyClient(session) };
}

test('an order is read by its id, with the headers that the document requires', async () => {
  nock(apiHost, {
    reqheaders: {
      authorization: `Bearer ${giveToken()}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
  })
    .get(`${v1}/orders/${orderId}`)
    .reply(200, orderBody());
  await expect(open().client.getOrder(orderId)).resolves.toMatchObject({ orderId, status: 'IN_PROGRESS' });
});

test('tracking is told with a PATCH, whose body is what was given', async () => {
  api()
    .patch(`${v1}/orders/${orderId}/tracking`, trackingBody)
    .reply(200, { ...trackingBody, orderId });
  await expect(open().client.updateTracking(orderId, trackingBody)).resolves.toEqual({ orderId });
});

test('tracking of an order without an invoice waits for it', async () => {
  api()
    .patch(`${v1}/orders/${orderId}/tracking`, {})
    .reply(404, { ...businessError('ORA0001B', 'The order must be invoiced'), type: 'exception' });
  await expect(open().client.updateTracking(orderId, {})).rejects.toMatchObject({
    kind: 'transient',
    code: 'vtex-pick-and-pack.not_invoiced',
    retryAfterMs: 600_000,
    detail: { vtexCode: 'ORA0001B' },
  });
});

test('worksheets are read by id and by order', async () => {
  api()
    .get(`${v1}/worksheets/546744628006`)
    .reply(200, worksheetBody)
    .get(`${v1}/worksheets`)
    .query({ orderId })
    .reply(200, [worksheetBody]);
  const { client } = open();
  const worksheet = { worksheetId: '546744628006', status: 'COMPLETED', ordersIds: [{ orderId: '1509780516107-01' }] };
  await expect(client.getWorksheet('546744628006')).resolves.toMatchObject(worksheet);
  await expect(client.listWorksheets(orderId)).resolves.toMatchObject([worksheet]);
});

test('a facility is read by id', async () => {
  api().get(`${v1}/facilities/783262b09ddc4b8facee2fa50541fd1e`).reply(200, facilityBody);
  await expect(open().client.getFacility('783262b09ddc4b8facee2fa50541fd1e')).resolves.toMatchObject({
    name: 'lastmile',
  });
});

test.each(['BY_INTERNAL_ID', 'BY_EXTERNAL_ID'] as const)('a shipment is read %s', async (method) => {
  api()
    .get(`${v1}/shipments/550693447769717380942093217914`)
    .matchHeader('X-PNP-FilterMethod', method)
    .reply(200, {
      ...shipmentBody(),
      type: 'PICKUP_DELIVERY',
    });
  await expect(open().client.getShipment('550693447769717380942093217914', method)).resolves.toMatchObject({
    serviceId: '550693447769717380942093217914',
    status: 'DELIVERED',
    type: 'PICKUP_DELIVERY',
  });
});

test('an order’s shipments come as a bare list', async () => {
  api().get(`${v1}/shipments`).query({ orderId }).reply(200, [shipmentBody()]);
  await expect(open().client.listShipments(orderId)).resolves.toMatchObject([{ status: 'DELIVERED' }]);
});

test('the legacy API is told the bare token', async () => {
  nock(legacyHost, { reqheaders: { authorization: giveToken() } })
    .get(`/prod/picking-tracking/${orderId}`)
    .reply(200, legacyBody());
  await expect(open().legacy.getOrder(orderId)).resolves.toMatchObject({ fulfillmentStatus: 'PICKING' });
});

test('each family’s way of writing the token can be set, and each base URL', async () => {
  const changes = {
    apiAuthorization: 'raw',
    legacyAuthorization: 'bearer',
    apiBaseUrl: 'https://api.proxy.example/pnp/',
    legacyBaseUrl: 'https://legacy.proxy.example',
    authBaseUrl: 'https://auth.proxy.example/auth/',
  };
  const { client, legacy } = open(changes);
  const token = 'e30.e30.x';
  nock('https://auth.proxy.example').post('/auth/token').reply(200, { data: token });
  nock('https://api.proxy.example', { reqheaders: { authorization: token } })
    .get(`/pnp/orders/${orderId}`)
    .reply(200, orderBody());
  nock('https://legacy.proxy.example', { reqheaders: { authorization: `Bearer ${token}` } })
    .get(`/picking-tracking/${orderId}`)
    .reply(200, legacyBody());
  await client.getOrder(orderId);
  await legacy.getOrder(orderId);
});

test('an id is one segment of the path, or one value of the query, whatever it contains', async () => {
  api()
    .get(`${v1}/orders/a%2Fb%3F%20%23`)
    .reply(200, orderBody())
    .get(`${v1}/shipments?orderId=a%2Fb%3F+%23%26x%3D1`)
    .reply(200, []);
  const { client } = open();
  await client.getOrder('a/b? #');
  await client.listShipments('a/b? #&x=1');
  for (const id of ['', '.', '..', '\ud800']) {
    expect(() => client.getOrder(id)).toThrow(expect.objectContaining({ code: 'vtex-pick-and-pack.id_unusable' }));
  }
});

test('a 429 rests the whole budget for as long as VTEX says', async () => {
  api().get(`${v1}/orders/${orderId}`).reply(429, 'slow down', { 'retry-after': '3' });
  const { client, pauses } = open();
  await expect(client.getOrder(orderId)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 3_000 });
  expect(pauses).toEqual([{ budget: 'default', pauseMs: 3_000 }]);
});
