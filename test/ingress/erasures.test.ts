import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { toServiceRequest } from '../../src/connectors/last-mile/vtex-last-mile/mapper.ts';
import { replayErasures } from '../../src/store/replay-erasures.ts';
import { createService, openRequest, requireService } from '../../src/store/services.ts';
import { createServiceBody } from '../fixtures/vtex-last-mile/payloads.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;
const { merchantId, key } = await ingress.tenant();
const idOf = (body: unknown): string => z.looseObject({ id: z.string() }).parse(body).id;
const erase = (json: unknown, options: { key?: string; headers?: Record<string, string> } = {}) =>
  request('POST', '/v1/erasures', { key, json, ...options });

let posted = 0;
async function post(person: { email?: string; phone?: string } = {}, poster = key): Promise<string> {
  posted += 1;
  const { recipient } = sampleOrder();
  const json = sampleOrder({ externalId: `erase-${posted}`, recipient: { ...recipient, ...person } });
  const headers = { 'Idempotency-Key': `erase-${posted}` };
  return idOf((await request('POST', '/v1/orders', { key: poster, json, headers })).body);
}
/** As a partner's news ends it. */
const end = (orderId: string) =>
  changeOrder(store, orderId, { commit: (plan) => commit(store, plan), work: deliveryWork }, ({ order }) => ({
    order: {
      ...order,
      status: 'DELIVERED',
      fulfilment: {
        connectionId: `con_${'0'.repeat(26)}`,
        connector: 'nash',
        externalRef: order.externalId,
        submittedContentVersion: 1,
      },
    },
  }));
async function ended(person: { email?: string; phone?: string } = {}): Promise<string> {
  const id = await post(person);
  await end(id);
  return id;
}
const recipientOf = async (id: string) =>
  z.looseObject({ recipient: z.unknown() }).parse((await request('GET', `/v1/orders/${id}`, { key })).body).recipient;
const erasedIn = (body: unknown): string[] =>
  z
    .looseObject({ erased: z.array(z.looseObject({ orderId: z.string() })) })
    .parse(body)
    .erased.map(({ orderId }) => orderId)
    .sort();

test('an order is erased by its id, and the answer says where the person still is', async () => {
  const id = await ended();
  const reply = await erase({ orderId: id });
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({
    dryRun: false,
    erased: [{ orderId: id, where: ['person', 'index'] }],
    notErased: [
      { orderId: id, where: 'Nash Pick and Pack', reason: expect.stringContaining('erase-') },
      { orderId: null, where: 'backups' },
    ],
  });
  expect(await recipientOf(id)).toBeNull();
  const timeline = await request('GET', `/v1/orders/${id}/timeline`, { key });
  expect(timeline.text).toContain('person.erased');
  expect(await readFile(ingress.deps.erasureLog.path, 'utf8')).toContain(id);
  expect(ingress.log.lines()).toContainEqual(
    expect.objectContaining({ msg: 'person.erased', orderId: id, merchantId }),
  );
});

test('all orders of an e-mail address or a phone number are erased, and nobody else’s', async () => {
  const email = 'elsa@example.com';
  const phone = '+61400111222';
  const byEmail = [await ended({ email }), await ended({ email, phone })].sort();
  const [byPhone, other] = [await ended({ phone }), await ended({ email: 'els@example.com' })];
  expect(erasedIn((await erase({ email: 'ELSA@example.com' })).body)).toEqual(byEmail);
  expect(erasedIn((await erase({ phone: '0061 400 111 222' })).body)).toEqual([byPhone]);
  expect(await recipientOf(other)).toMatchObject({ email: 'els@example.com' });
});

test('asked again, 200 and nothing more is erased', async () => {
  const id = await ended({ email: 'again@example.com' });
  await erase({ orderId: id });
  const byId = await erase({ orderId: id });
  expect(byId.status).toBe(200);
  expect(byId.body).toMatchObject({ erased: [], notErased: [{ orderId: id, where: 'Nash Pick and Pack' }, {}] });
  expect((await erase({ email: 'again@example.com' })).body).toEqual({
    dryRun: false,
    erased: [],
    webhooks: 0,
    notErased: [],
  });
});

const serviceFor = async (phone: string, orderId: string): Promise<string> => {
  const body = createServiceBody({ orderId });
  const read = toServiceRequest({ ...body, receiver: { ...body.receiver, phone } });
  if (!('request' in read)) throw new Error('the fixture lacks something');
  const facts = {
    connectionId: `con_${'0'.repeat(26)}`,
    carrierConnectionId: null,
    shippingPrice: null,
    work: () => [],
  };
  return (await createService(store, { ...facts, merchantId, request: read.request })).service.id;
};

test('last-mile services of a person are found and erased too, whatever order of a platform they belong to, and stay so after a restore', async () => {
  const phone = '+573001112233';
  const [id, other] = [await serviceFor(phone, 'PLATFORM-1'), await serviceFor('+573009998877', 'PLATFORM-2')];
  const requestOf = async (serviceId: string) => openRequest(store, await requireService(store, serviceId));
  const refused = await erase({ phone });
  expect([refused.status, refused.body]).toMatchObject([409, { code: 'order.state', detail: expect.stringContaining(id) }]); // prettier-ignore
  const wanted = { erased: [{ serviceId: id, where: ['services'] }], notErased: [{ orderId: null, reason: 'it is PLATFORM-1 there' }, { where: 'backups' }] }; // prettier-ignore
  expect((await erase({ phone, force: true, dryRun: true })).body).toMatchObject(wanted);
  expect(await requestOf(id)).not.toBeNull();
  const dump = (await redis.client.dumpBuffer(store.keys.service(id))) ?? Buffer.alloc(0);
  expect((await erase({ phone: '0057 300 111 22 33', force: true })).body).toMatchObject(wanted);
  expect([await requestOf(id), (await requestOf(other))?.receiver.phone]).toEqual([null, '+573009998877']);
  expect((await erase({ phone })).body).toEqual({ dryRun: false, erased: [], webhooks: 0, notErased: [] });

  await redis.client.restore(store.keys.service(id), 0, dump, 'REPLACE');
  await redis.client.hdel(store.keys.erasures, id);
  expect(await requestOf(id)).not.toBeNull();
  expect(await replayErasures(redis.client, [store], await ingress.deps.erasureLog.read())).toMatchObject({ applied: 1, unreadable: [] }); // prettier-ignore
  expect(await requestOf(id)).toBeNull();
  expect(await readFile(ingress.deps.erasureLog.path, 'utf8')).not.toMatch(/300 ?111|PLATFORM/);
});

test('an address that nobody has is no error: there is nothing to erase', async () => {
  for (const json of [{ email: 'nobody@example.com' }, { phone: '+4930123456' }]) {
    const reply = await erase(json);
    expect([reply.status, reply.body]).toEqual([200, { dryRun: false, erased: [], webhooks: 0, notErased: [] }]);
  }
});

test('an order that does not exist is 404', async () => {
  const reply = await erase({ orderId: `ord_${'0'.repeat(26)}` });
  expect([reply.status, reply.body]).toMatchObject([404, { code: 'order.not_found' }]);
});

test('an order on its way keeps its person, and so do all that were asked for with it, unless somebody insists', async () => {
  const email = 'hungry@example.com';
  const [open, done] = [await post({ email }), await ended({ email })];
  const reply = await erase({ email });
  expect(reply.status).toBe(409);
  expect(reply.body).toMatchObject({ code: 'order.state', detail: expect.stringContaining(`${open} (RECEIVED)`) });
  for (const id of [open, done]) expect(await recipientOf(id)).toMatchObject({ email });

  expect(erasedIn((await erase({ email, force: true })).body)).toEqual([open, done].sort());
  const amended = await request('PATCH', `/v1/orders/${open}`, { key, json: { notes: 'later' } });
  expect([amended.status, amended.body]).toMatchObject([409, { code: 'order.state' }]);
});

test('a dry run says what would be erased, and erases nothing', async () => {
  const id = await ended({ email: 'dry@example.com' });
  const reply = await erase({ email: 'dry@example.com', dryRun: true });
  expect(reply.body).toMatchObject({ dryRun: true, erased: [{ orderId: id, where: ['person', 'index'] }] });
  expect(await recipientOf(id)).toMatchObject({ email: 'dry@example.com' });
  expect(await readFile(ingress.deps.erasureLog.path, 'utf8')).not.toContain(id);
});

test('another merchant’s orders are not found, and an admin names the merchant', async () => {
  const id = await ended({ email: 'mine@example.com' });
  const { key: otherKey } = await ingress.tenant();
  expect((await erase({ orderId: id }, { key: otherKey })).status).toBe(404);
  expect((await erase({ email: 'mine@example.com' }, { key: otherKey })).body).toMatchObject({ erased: [] });
  expect((await erase({ orderId: id }, { key: adminKey })).body).toMatchObject({ code: 'auth.merchant_required' });
  const { key: reader } = await ingress.tenant(['read']);
  expect((await erase({ orderId: id }, { key: reader })).status).toBe(403);
  expect(await recipientOf(id)).not.toBeNull();
  const named = await erase({ orderId: id }, { key: adminKey, headers: { 'Packline-Merchant': merchantId } });
  expect(erasedIn(named.body)).toEqual([id]);
});

test.each([
  ['nobody', {}, ''],
  ['two at once', { email: 'a@example.com', phone: '+61400000002' }, ''],
  ['no address', { email: 'not an address' }, '/email'],
  ['another kind of id', { orderId: 'mer_01jd3xk5q8h2v4m6n7p9r0stwz' }, '/orderId'],
  ['a field that is none', { email: 'a@example.com', name: 'Ana' }, '/name'],
  ['a number', { phone: 61400000002 }, '/phone'],
  ['no JSON object', [], ''],
])('who names %s is told where the fault is', async (_, json, pointer) => {
  const reply = await erase(json);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'request.invalid', errors: [expect.objectContaining({ pointer })] });
});

test('nothing of who was asked for is left behind, whatever the answer was', async () => {
  const before = ingress.log.lines().length;
  const headers = { 'Idempotency-Key': 'canary' };
  await erase({ email: 'left.canary@example.com' }, { headers });
  await erase({ phone: '+61499888777', force: 'canary' }, { headers });
  expect(JSON.stringify(ingress.log.lines().slice(before))).not.toMatch(/canary|61499888777/);
  expect(await redis.client.keys('*:act')).toEqual([]);
});
