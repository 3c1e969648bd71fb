/** What VTEX Last Mile calls: stored once, answered in time, whatever the types. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { toServiceRequest } from '../../src/connectors/last-mile/vtex-last-mile/mapper.ts';
import { serviceRequestWork } from '../../src/queues/service-request.ts';
import { serviceNews } from '../../src/queues/service-news.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { createService, openRequest, readService, requireService } from '../../src/store/services.ts';
import { cancelServiceBody, createServiceBody, pauseServiceBody } from '../fixtures/vtex-last-mile/payloads.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store, clock } = ingress;
const ConnectionSchema = z.looseObject({ id: z.string(), webhookUrl: z.string() });
const AnswerSchema = z.looseObject({ serviceId: z.string(), status: z.string() });
const carrierId = 'servientrega-50461c9f3335';

async function connect(settings: Record<string, unknown> = {}) {
  const { key, merchantId } = await ingress.tenant(['operate', 'carrier']);
  const json = {
    connector: 'vtex-last-mile',
    name: 'Last Mile',
    settings: { account: 'acme', apiKey: 'key', ...settings },
  };
  const { id, webhookUrl } = ConnectionSchema.parse((await request('POST', '/v1/connections', { key, json })).body);
  const path = new URL(webhookUrl).pathname;
  const call = (name: string, body: unknown, headers: Record<string, string> = {}) =>
    request('POST', `${path}/${name}`, { json: body, headers });
  const create = async (body: unknown = createServiceBody()) =>
    AnswerSchema.parse((await call('create-service', body)).body);
  return { key, merchantId, connectionId: id, path, call, create };
}

async function workOf(serviceId: string): Promise<string[]> {
  const { entries } = await leaseEntries(store, { room: 10_000, leaseMs: 600_000 });
  return entries.flatMap(({ job, id }) => (id.includes(serviceId) ? [job] : []));
}

test('a service is stored, sealed, and its work waits, before VTEX is answered PENDING with every key', async () => {
  const { call, path } = await connect();
  expect(path).toMatch(/^\/last-mile\/[\w-]{32}$/);
  const reply = await call('create-service', createServiceBody());
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    status: 'PENDING',
    serviceId: expect.stringMatching(/^svc_/),
    shippingPrice: null,
    metaData: {},
    shippingEstimatedDate: null,
    labels: [],
  });
  const { serviceId } = AnswerSchema.parse(reply.body);
  const stored = await requireService(store, serviceId);
  expect(stored.service).toMatchObject({
    orderId: 'SLR-29384924-01',
    carrierId,
    packageIds: ['6266df719ac55224b793ad36'],
  });
  const wanted = await openRequest(store, stored);
  expect(wanted?.receiver).toMatchObject({ name: 'Pansy Graves', zipCode: null, at: '2024-04-16T20:49:36.117Z' });
  expect(wanted?.packages[0]).toMatchObject({
    weightGrams: 19,
    items: [{ weightGrams: 4_000 }, { weightGrams: 14_000 }],
  });
  const raw = JSON.stringify(await redis.client.hgetall(store.keys.service(serviceId)));
  expect(raw).not.toMatch(/Pansy|Tabitha|9541933267/);
  expect(await workOf(serviceId)).toEqual(['service-request']);
});

test('the same service asked for fifty times at once is one service with one piece of work', async () => {
  const { call } = await connect();
  const replies = await Promise.all(Array.from({ length: 50 }, () => call('create-service', createServiceBody())));
  const ids = new Set(replies.map(({ body }) => AnswerSchema.parse(body).serviceId));
  expect(ids.size).toBe(1);
  const [serviceId = ''] = ids;
  expect(await workOf(serviceId)).toEqual(['service-request']);
});

test('killed between the write and the answer: what VTEX asks again is the service that is there, and its work still waits', async () => {
  const { create, merchantId, connectionId } = await connect();
  const read = toServiceRequest(createServiceBody());
  if (!('request' in read)) throw new Error('not understood');
  const facts = { merchantId, connectionId, carrierConnectionId: null };
  const written = await createService(store, {
    ...facts,
    request: read.request,
    shippingPrice: null,
    work: (id) => [serviceRequestWork({ id, ...facts }, 'book')],
  });
  // Nobody was answered.
  expect((await create()).serviceId).toBe(written.service.id);
  expect(await workOf(written.service.id)).toEqual(['service-request']);
});

test('another way, another carrier, other packages and another merchant are other services; the order of packages is not', async () => {
  const { create } = await connect();
  const other = await connect();
  const two = [{ id: 'p-1' }, { id: 'p-2' }];
  const answers = await Promise.all([
    create(),
    create(createServiceBody({ type: 'RETURN' })),
    create(createServiceBody({ carrierId: 'else' })),
    create(createServiceBody({ packages: two })),
    other.create(),
  ]);
  expect(new Set(answers.map(({ serviceId }) => serviceId)).size).toBe(5);
  const turned = await create(createServiceBody({ packages: [...two].reverse() }));
  expect(turned.serviceId).toBe(answers[3].serviceId);
});

test.each([
  ['numbers for text and text for numbers', { orderId: 1509750516095, orderValue: '8000', packages: [{ id: 7, weight: 19, totalValue: '5616,01' }] }], // prettier-ignore
  ['null wherever it can stand', { seller: null, sender: null, receiver: null, packages: null, timezone: null, settings: null, type: null }], // prettier-ignore
  ['nothing but its ids', Object.fromEntries(Object.keys(createServiceBody()).filter((name) => !name.endsWith('Id')).map((name) => [name, undefined]))], // prettier-ignore
  ['one package where a list is documented', { packages: { id: 'p-1', items: { id: 'i-1' } } }],
  ['an offset in hours, as text', { timezone: { offset: '-5', value: 'America/Bogota', label: null } }],
  ['a zone that is a text', { timezone: 'America/Bogota' }],
  ['a type and a carrier type that nobody documents', { type: 'TRANSFER', carrierServiceType: 'DRONE' }],
  ['latitudes of no place on earth, and times that are none', { sender: { location: { latitude: 'x', longitude: 999 }, pickupDate: 'soon' } }], // prettier-ignore
])('%s is taken', async (_what, changes) => {
  const { call } = await connect();
  expect((await call('create-service', createServiceBody(changes))).status).toBe(200);
});

test.each([
  ['no order', { orderId: undefined }],
  ['a blank order', { orderId: '  ' }],
  ['an order that is no text', { orderId: { id: 1 } }],
  ['no carrier', { carrierId: null }],
  ['an id with control characters', { orderId: 'a\u0001b' }],
])('%s is a 400 that says so', async (_what, changes) => {
  const { call } = await connect();
  const reply = await call('create-service', createServiceBody(changes));
  expect(reply.status).toBe(400);
  expect(reply.body).toEqual({ message: expect.stringMatching(/(order|carrier)Id/), code: 'request.invalid', requestId: expect.any(String) }); // prettier-ignore
});

test('a token of nobody is a 404, and a request without the configured headers a 401, for each of the five calls', async () => {
  const inboundHeaders = [
    { name: 'Authorization', value: 'Basic abc' },
    { name: 'X-Store', value: 'acme' },
  ];
  const { call } = await connect({ inboundHeaders });
  for (const name of ['create-service', 'rates', 'list-carriers', 'cancel-service', 'pause-service']) {
    const nowhere = await request('POST', `/last-mile/nobody/${name}`, {
      json: cancelServiceBody('svc_1', { orderId: 'o' }),
    });
    expect([nowhere.status, nowhere.body]).toEqual([404, expect.objectContaining({ code: 'webhook.token_unknown' })]);
    const body = cancelServiceBody('svc_1', { orderId: 'o' });
    expect((await call(name, body, { authorization: 'Basic abc' })).status).toBe(401);
  }
  const headers = { authorization: 'Basic abc', 'x-store': 'acme' };
  expect((await call('create-service', createServiceBody(), headers)).status).toBe(200);
});

test('who guesses headers is stopped after fifty tries, and not listened to after them', async () => {
  const { call } = await connect({ inboundHeaders: [{ name: 'authorization', value: 'right' }] });
  const tries = await Promise.all(
    Array.from({ length: 60 }, () => call('list-carriers', {}, { authorization: 'wrong' })),
  );
  expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([401, 429]));
  expect((await call('list-carriers', {}, { authorization: 'right' })).status).toBe(429);
});

test('a canceled service is answered again and again, its carrier is told once, and the same packages may be asked for anew', async () => {
  const { call, create, key } = await connect();
  const { serviceId } = await create();
  const first = await call('cancel-service', cancelServiceBody(serviceId));
  expect(first.body).toEqual({
    message: 'Service executed successfully',
    data: { serviceId, carrierId, reason: 'La dirección de entrega esta mal registrada' },
  });
  expect(await call('cancel-service', cancelServiceBody(`${carrierId}&${serviceId}`, { reason: null }))).toMatchObject({
    status: 200,
    body: { data: { reason: null } },
  });
  const events = z.looseObject({ data: z.array(z.looseObject({ type: z.string() })) });
  const listed = events.parse((await request('GET', '/v1/events', { key })).body).data;
  expect(listed.filter(({ type }) => type === 'service.canceled')).toHaveLength(1);
  expect((await create()).serviceId).not.toBe(serviceId);
});

test('what is delivered is neither canceled nor paused: 400, and it stays delivered', async () => {
  const { call, create } = await connect();
  const { serviceId } = await create();
  await serviceNews(store, serviceId, { status: 'DELIVERED' });
  for (const reply of [
    await call('cancel-service', cancelServiceBody(serviceId)),
    await call('pause-service', pauseServiceBody(serviceId)),
  ]) {
    expect([reply.status, reply.body]).toEqual([400, expect.objectContaining({ code: 'service.state' })]);
  }
  expect((await readService(store, serviceId))?.service.status).toBe('DELIVERED');
  expect((await create()).status).toBe('DELIVERED');
});

test.each([
  ['as documented: false pauses', false, { pause: false, resume: true }],
  ['as it is called: true pauses', true, { pause: true, resume: false }],
])('pause is read %s', async (_how, pausedWhen, { pause, resume }) => {
  const { call, create } = await connect({ pausedWhen });
  const { serviceId } = await create();
  await serviceNews(store, serviceId, { status: 'PICKED_UP' });
  const statusAfter = async (flag: unknown) => {
    const reply = await call('pause-service', pauseServiceBody(serviceId, { pause: flag }));
    expect(reply.body).toMatchObject({ message: 'Service executed successfully', data: { serviceId, carrierId } });
    return (await requireService(store, serviceId)).service;
  };
  expect(await statusAfter(pause)).toMatchObject({ status: 'ON_HOLD', told: { status: 'ON_HOLD' } });
  expect(await statusAfter(pause)).toMatchObject({ status: 'ON_HOLD' });
  expect(await statusAfter(resume)).toMatchObject({ status: 'PICKED' });
  expect(await statusAfter(String(pause))).toMatchObject({ status: 'ON_HOLD' });
  expect(await statusAfter(resume)).toMatchObject({ status: 'PICKED' });
  // Without its flag, the call can only mean its name.
  expect(await statusAfter(null)).toMatchObject({ status: 'ON_HOLD' });
});

test('a service of another connection or carrier is not found', async () => {
  const [one, other] = [await connect(), await connect()];
  const { serviceId } = await one.create();
  const tries = [
    other.call('cancel-service', cancelServiceBody(serviceId)),
    one.call('cancel-service', cancelServiceBody(serviceId, { carrierId: 'else' })),
    one.call('pause-service', pauseServiceBody('svc_none')),
  ];
  for (const reply of await Promise.all(tries)) {
    expect([reply.status, reply.body]).toEqual([404, expect.objectContaining({ code: 'service.not_found' })]);
  }
  expect((await one.call('cancel-service', {})).status).toBe(400);
  expect((await request('GET', `/v1/services/${serviceId}`, { key: other.key })).status).toBe(404);
  const read = await request('GET', `/v1/services/${serviceId}`, { key: one.key });
  expect(read.body).toMatchObject({
    id: serviceId,
    handover: 'waiting',
    request: { receiver: { name: 'Pansy Graves' } },
  });
});

test('a carrier that does not answer costs VTEX the budget of the connection and no more: it is answered PENDING', async () => {
  const carriers = [{ id: carrierId, name: 'Servientrega', connectionId: 'con_01jd3xk5q8h2v4m6n7p9r0stwz' }];
  const { call } = await connect({ carriers, answerWithinMs: 2_000 });
  const startedMs = clock.now();
  let status: number | null = null;
  const asked = call('create-service', createServiceBody()).finally(() => void (status = 0));
  // Nobody works here: the carrier hangs.
  const stillWaits = () => {
    if (status === null) clock.advance(250);
    return status;
  };
  await expect.poll(stillWaits, { interval: 5, timeout: 10_000 }).not.toBeNull();
  expect(clock.now() - startedMs).toBeGreaterThanOrEqual(2_000);
  expect(await asked).toMatchObject({ status: 200, body: { status: 'PENDING' } });
});

test('rates come from the table by carrier and weight, and a carrier without one has none', async () => {
  const rates = [
    { upToGrams: 10, price: 5, currency: 'COP', transitDays: 1 },
    { upToGrams: 20, price: 9.5, currency: 'COP', transitDays: 2 },
    { price: 99, currency: 'COP', transitDays: 9 },
  ];
  const { call } = await connect({ carriers: [{ id: carrierId, name: 'Servientrega', rates }] });
  const priceOf = async (changes: Record<string, unknown> = {}) => {
    const { status, body } = await call('rates', createServiceBody(changes));
    return [status, z.looseObject({ data: z.looseObject({ rate: z.unknown() }).optional() }).parse(body).data?.rate];
  };
  const price = (value: number) => [200, { shippingPrice: { value, currency: 'COP' }, insurancePrice: { value: 0, currency: 'COP' } }]; // prettier-ignore
  expect(await priceOf()).toEqual(price(9.5));
  expect(await priceOf({ packages: [{ id: 'p', weight: '1 kg' }] })).toEqual(price(99));
  expect(await priceOf({ packages: [{ id: 'p', weight: 'heavy' }] })).toEqual(price(99));
  expect(await priceOf({ carrierId: 'else' })).toEqual([404, undefined]);
  expect((await call('create-service', createServiceBody())).body).toMatchObject({ shippingPrice: 9.5 });
  expect((await call('list-carriers', { settings: [] })).body).toMatchObject({
    data: [{ id: carrierId, name: 'Servientrega', type: { rate: { shippingPrice: { value: 5 } } } }],
  });
});

test('services are listed, the newest first, a page at a time, by what they are and whom they are of; no person is named', async () => {
  const { key: reader, merchantId, create, connectionId } = await connect();
  const keys = `/v1/merchants/${merchantId}/api-keys`;
  const made = await request('POST', keys, { key: adminKey, json: { name: 'reader', scopes: ['read'] } });
  const { key } = z.looseObject({ key: z.string() }).parse(made.body);
  const PageSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })), nextCursor: z.string().nullable() }); // prettier-ignore
  const list = async (query = '', as = key) => {
    const { status, body } = await request('GET', `/v1/services${query}`, { key: as });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/Pansy|Tabitha/);
    return PageSchema.parse(body);
  };
  const ids: string[] = [];
  for (const orderId of ['o-1', 'o-2', 'o-3']) {
    const { serviceId } = await create({ ...createServiceBody(), orderId });
    ids.unshift(serviceId);
    clock.advance(1_000);
  }
  const first = await list('?limit=2');
  const second = await list(`?limit=2&cursor=${first.nextCursor}`);
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
  expect((await list('?orderId=o-2')).data).toMatchObject([
    { id: ids[1], orderId: 'o-2', connectionId, carrierId, status: 'PENDING', confirmedAt: null, handover: 'waiting' },
  ]);
  expect((await list('?status=PENDING&confirmed=false')).data).toHaveLength(3);
  expect((await list('?status=DELIVERED')).data).toEqual([]);
  expect((await list(`?connectionId=${connectionId}&carrierId=nobody`)).data).toEqual([]);
  const stranger = await ingress.tenant(['read']);
  expect((await list('', stranger.key)).data).toEqual([]);
  expect((await request('GET', '/v1/services?status=LOST', { key: reader })).status).toBe(400);
  // Those whose retention is over are passed over, and go from the list as new ones come.
  await redis.client.del(...ids.map((id) => store.keys.service(id)));
  expect(await list()).toMatchObject({ data: [], nextCursor: null });
  const { serviceId } = await create({ ...createServiceBody(), orderId: 'o-4' });
  expect((await list()).data).toMatchObject([{ id: serviceId }]);
  expect(await redis.client.zcard(store.keys.services(merchantId))).toBe(1);
});
