/** VTEX Last Mile from its question to its last word, through the whole of Packline. */
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { CarrierConnection } from '../../src/connectors/carriers/port.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { Failure } from '../../src/domain/failure.ts';
import { serviceNews, type CarrierNews } from '../../src/queues/service-news.ts';
import { freeLane } from '../../src/store/entries.ts';
import { findServiceByNumber, openRequest, requireService } from '../../src/store/services.ts';
import { startPackline } from '../support/packline.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const carrierConnectionId = 'con_01jd3xk5q8h2v4m6n7p9r0stwz';
const account = 'demomarket';
const apiKey = `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`;
const carrierId = 'servientrega-50461c9f3335';

/** The one carrier with a booking call; each test says what it does. */
const carrier = {
  book: vi.fn<NonNullable<CarrierConnection['book']>>(),
  cancel: vi.fn<NonNullable<CarrierConnection['cancel']>>(),
};
const booking = { bookingId: 'b-1', trackingNumber: 'T-1', trackingUrl: 'https://carrier.example/T-1' };
/** Long enough that the simulated VTEX has read its answer; undefined: as it is. */
const soonMs = 250;
let tellAfterMs: number | undefined = soonMs;

const withCarrier = (deps: WorkerDeps): WorkerDeps => ({
  ...deps,
  openCarrier: async () => ({
    record: { id: carrierConnectionId } as never,
    connector: { id: 'fake' } as never,
    connection: carrier as unknown as CarrierConnection,
    settings: {},
    laneOf: () => 'fake.carrier',
  }),
  openLastMile: async (...args) => {
    const platform = await deps.openLastMile(...args);
    return { ...platform, policy: { ...platform.policy, tellAfterMs: tellAfterMs ?? platform.policy.tellAfterMs } };
  },
});
const packline = await startPackline({ redisUrl: url, workerDeps: withCarrier });
afterAll(() => packline.close());
afterEach(() => {
  tellAfterMs = soonMs;
  packline.sandbox.faults.clear();
  carrier.book.mockReset();
  carrier.cancel.mockReset();
});

const store = packline.base.stores[0] ?? expect.unreachable();
const waiting = { timeout: 15_000, interval: 25 };
let orders = 0;

async function connect(settings: Record<string, unknown> = {}) {
  const { status, body } = await packline.call('POST', '/v1/connections', {
    connector: 'vtex-last-mile',
    name: 'Last Mile',
    settings: {
      account,
      apiKey,
      apiBaseUrl: `${packline.sandboxUrl}/vtex-last-mile`,
      authBaseUrl: `${packline.sandboxUrl}/vtex-pnp-auth`,
      requestsPerSecond: 500,
      ...settings,
    },
  });
  expect(status).toBe(201);
  return { account, url: String(body['webhookUrl']), connectionId: String(body['id']) };
}
const door = await connect();
const carried = await connect({
  carriers: [{ id: carrierId, name: 'Servientrega', connectionId: carrierConnectionId }],
});

async function create(at = door, copies = 1) {
  const orderId = `order-${(orders += 1)}`;
  const answers = await packline.sandbox.lastMile.create(at, { orderId }, copies);
  const ids = answers.map(({ body }) => String(Object(body).serviceId));
  return { answers, ids, serviceId: ids[0] ?? '', orderId };
}
const tell = (serviceId: string, news: CarrierNews) => serviceNews(store, serviceId, news);
const effects = (serviceId: string) => packline.sandbox.books.effectsOf(account, serviceId);
const atVtex = (serviceId: string) => packline.sandbox.lastMile.find(serviceId);
const read = async (serviceId: string) => (await requireService(store, serviceId)).service;
const events = (serviceId: string) =>
  packline.subscriber.received.filter(({ data }) => data['serviceId'] === serviceId).map(({ type }) => type);
const openIssues = async () =>
  ((await packline.call('GET', '/v1/issues?status=open')).body['data'] as { code: string }[]).map(({ code }) => code);

test('a carrier without a call hears a signed event, and what it tells goes to VTEX with every key', async () => {
  const { answers, serviceId } = await create();
  expect(answers[0]).toMatchObject({ status: 200, body: { status: 'PENDING', serviceId } });
  await vi.waitFor(() => expect(events(serviceId)).toEqual(['service.requested']), waiting);
  const event = packline.subscriber.received.find(({ data }) => data['serviceId'] === serviceId);
  expect(JSON.stringify(event)).not.toMatch(/Pansy|Tabitha/);
  const agent = { id: '27327489234', name: 'Pedro', identification: null, phone: null, email: null, vehicle: 'SCOOTER' } as const; // prettier-ignore
  await tell(serviceId, { status: 'PRE_TRANSIT', agent, trackingUrl: 'https://carrier.example/1' });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('ASSIGNED'), waiting);
  expect(atVtex(serviceId)?.update).toEqual({
    status: 'ASSIGNED',
    agent,
    trackingUrl: 'https://carrier.example/1',
    totalDistanceTraveled: null,
    rating: null,
    shippingPrice: null,
    shippingEstimatedDate: null,
  });
  for (const [status, shown] of [
    ['PICKED_UP', 'PICKED'],
    ['OUT_FOR_DELIVERY', 'ON_ROUTE'],
    ['DELIVERED', 'DELIVERED'],
  ] as const) {
    // prettier-ignore
    await tell(serviceId, { status, rating: 5, totalDistanceTraveled: 2.5 });
    await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe(shown), waiting);
  }
  // Late scans, and what is told again: nothing more goes out.
  for (const status of ['IN_TRANSIT', 'PICKED_UP', 'DELIVERED'] as const) await tell(serviceId, { status });
  const papers = [
    { kind: 'evidence', type: 'TEXT', content: 'Left at the door', author: 'Pedro' },
    { kind: 'note', type: 'COMMENT', note: 'The dog was friendly', author: 'Pedro' },
    { kind: 'label', id: 'L-1', type: 'PDF', url: 'https://carrier.example/l.pdf', name: 'Label' },
  ] as const;
  await Promise.all([tell(serviceId, { status: null, papers }), tell(serviceId, { status: null, papers })]);
  await vi.waitFor(() => expect(effects(serviceId)).toMatchObject({ 'service.note': 1, 'service.evidence': 1, 'service.label': 1 }), waiting); // prettier-ignore
  expect(effects(serviceId)).toEqual({
    'service.created': 1,
    'service.ASSIGNED': 1,
    'service.PICKED': 1,
    'service.ON_ROUTE': 1,
    'service.DELIVERED': 1,
    'service.note': 1,
    'service.evidence': 1,
    'service.label': 1,
  });
});

test('what the carrier posts as tracking events confirms the service and goes to VTEX, by our id or by its own number', async () => {
  carrier.book.mockResolvedValue({ ...booking, trackingNumber: 'T-77' });
  const byId = await create();
  const byNumber = await create(carried);
  await vi.waitFor(async () => expect((await read(byNumber.serviceId)).booking).toMatchObject({ trackingNumber: 'T-77' }), waiting); // prettier-ignore
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const asked = { name: 'courier', scopes: ['carrier'], carrier: 'local-courier' };
  const keys = `/v1/merchants/${packline.merchantId}/api-keys`;
  const { body: made } = await packline.call('POST', keys, asked, as(packline.adminKey));
  const post = async (trackingNumber: string, status: string, minute: number) => {
    const occurredAt = new Date(packline.base.clock.now() - 600_000 + minute * 60_000).toISOString();
    const event = { carrier: 'local-courier', trackingNumber, status, occurredAt };
    expect((await packline.call('POST', '/v1/tracking-events', event, as(String(made['key'])))).status).toBe(202);
  };
  expect((await read(byId.serviceId)).confirmedAt).toBeNull();
  for (const [number, { serviceId }] of [
    [byId.serviceId, byId],
    ['t-77', byNumber],
  ] as const) {
    await post(number, 'PICKED_UP', 1);
    await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('PICKED'), waiting);
    await post(number, 'DELIVERED', 2);
    await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('DELIVERED'), waiting);
    // A late scan, and the last one again.
    await post(number, 'IN_TRANSIT', 0);
    await post(number, 'DELIVERED', 2);
    expect((await read(serviceId)).confirmedAt).not.toBeNull();
    expect(effects(serviceId)).toMatchObject({ 'service.PICKED': 1, 'service.DELIVERED': 1 });
  }
});

test('twenty creates at once are one service at the carrier, whose quick answer VTEX gets at once', async () => {
  carrier.book.mockResolvedValue(booking);
  const { answers, ids, serviceId } = await create(carried, 20);
  expect(new Set(ids).size).toBe(1);
  expect(answers.map(({ body }) => Object(body).metaData)).toEqual(answers.map(() => ({ trackingNumber: 'T-1' })));
  expect(carrier.book).toHaveBeenCalledTimes(1);
  expect(carrier.book.mock.calls[0]?.[0]).toMatchObject({
    reference: serviceId,
    dropoff: { name: 'Pansy Graves', city: 'Valle', addressLines: ['9840', 'Flat 32', 'Billings', '63 Billings Place, Valle, Marshall Islands'] }, // prettier-ignore
    parcels: [{ reference: '6266df719ac55224b793ad36', weightGrams: 19 }],
  });
  await vi.waitFor(() => expect(atVtex(serviceId)?.update).toMatchObject({ status: 'PENDING', trackingUrl: booking.trackingUrl }), waiting); // prettier-ignore
  expect(events(serviceId)).toEqual([]);
  // What is told of its parcel, by the carrier's number or by our id, is of this service and of no other merchant's.
  const find = async (number: string, merchantId = packline.merchantId) =>
    (await findServiceByNumber(store, merchantId, number))?.service.id ?? null;
  expect(await Promise.all([find(' t-1'), find(serviceId.toUpperCase()), find('t-2'), find('T-1', 'mer_other')])).toEqual([serviceId, serviceId, null, null]); // prettier-ignore
});

test('a carrier that hangs costs VTEX its budget and no more; its late answer is told', async () => {
  const quick = await connect({
    carriers: [{ id: carrierId, name: 'Servientrega', connectionId: carrierConnectionId }],
    answerWithinMs: 300,
  });
  const { promise, resolve } = Promise.withResolvers<typeof booking>();
  carrier.book.mockReturnValue(promise);
  const { answers, serviceId } = await create(quick);
  expect(answers[0]).toMatchObject({ status: 200, body: { status: 'PENDING', metaData: {} } });
  expect(answers[0]?.tookMs).toBeLessThan(4_000);
  resolve(booking);
  await vi.waitFor(() => expect(atVtex(serviceId)?.update?.trackingUrl).toBe(booking.trackingUrl), waiting);
});

test('a carrier that refuses ends the service: VTEX hears CANCELED, people an issue, and the order may be asked for anew', async () => {
  carrier.book.mockRejectedValueOnce(new Failure('rejected', 'fake.no_coverage', 'not there'));
  const { answers, serviceId, orderId } = await create(carried);
  expect(answers[0]).toMatchObject({
    status: 200,
    body: { status: 'CANCELED', metaData: { refusal: 'fake.no_coverage' } },
  });
  await vi.waitFor(async () => expect(await openIssues()).toContain('fake.no_coverage'), waiting);
  carrier.book.mockResolvedValue(booking);
  const [again] = await packline.sandbox.lastMile.create(carried, { orderId });
  expect(again).toMatchObject({ status: 200, body: { status: 'PENDING' } });
  expect(Object(again?.body).serviceId).not.toBe(serviceId);
});

test('a service that its carrier does not confirm in time is an issue, which ends when the carrier is heard of', async () => {
  const { serviceId } = await create();
  await vi.waitFor(async () => expect((await read(serviceId)).handover).toBe('announced'), waiting);
  // The time is up: the check that waits for it runs now.
  const id = `service-check.${serviceId}`;
  await store.redis.zadd(`${store.keys.tag}:lane:${freeLane}:4`, 0, id);
  await store.redis.zadd(store.keys.lanes, 0, freeLane);
  await vi.waitFor(async () => expect(await openIssues()).toContain('service.unconfirmed'), waiting);
  await tell(serviceId, { status: 'PRE_TRANSIT' });
  await vi.waitFor(async () => expect(await openIssues()).not.toContain('service.unconfirmed'), waiting);
});

test('once its order’s person is erased, what a service was to carry cannot be read; its parcel goes on', async () => {
  const { serviceId, orderId } = await create();
  const order = await packline.call('POST', '/v1/orders', sampleOrder({ externalId: orderId }), { 'idempotency-key': orderId }); // prettier-ignore
  expect(await openRequest(store, await requireService(store, serviceId))).not.toBeNull();
  const erased = await packline.call('POST', '/v1/erasures', { orderId: order.body['id'], force: true }, { authorization: `Bearer ${packline.adminKey}`, 'packline-merchant': packline.merchantId }); // prettier-ignore
  expect(JSON.stringify(erased.body)).toContain('services');
  expect(await openRequest(store, await requireService(store, serviceId))).toBeNull();
  await tell(serviceId, { status: 'DELIVERED' });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('DELIVERED'), waiting);
});

test('a booking whose answer was lost is asked for again under the same reference, and is one service', async () => {
  carrier.book.mockRejectedValueOnce(new Failure('transient', 'http.reset', 'lost')).mockResolvedValue(booking);
  const { serviceId } = await create(carried);
  await vi.waitFor(async () => expect((await read(serviceId)).handover).toBe('booked'), waiting);
  expect(new Set(carrier.book.mock.calls.map(([{ reference }]) => reference))).toEqual(new Set([serviceId]));
});

test('cancel goes to the carrier: it lets go, or says no, and VTEX hears which; asked again it is asked once', async () => {
  tellAfterMs = 1_500;
  carrier.book.mockResolvedValue(booking);
  const { serviceId } = await create(carried);
  const body = { serviceId, carrierId, settings: [], reason: 'Changed my mind', metaData: {} };
  const cancel = () => packline.sandbox.lastMile.call(carried, 'cancel-service', body);
  carrier.cancel.mockResolvedValueOnce({ canceled: false, code: 'picked', detail: 'on its way' });
  expect(await cancel()).toMatchObject({ status: 400, body: { code: 'service.cancel_refused' } });
  carrier.cancel.mockResolvedValue({ canceled: true });
  expect(await Promise.all([cancel(), cancel()])).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(carrier.cancel.mock.calls).toEqual([['b-1'], ['b-1']]);
  await vi.waitFor(async () => expect((await read(serviceId)).told.status).toBe('CANCELED'), waiting);
  // VTEX canceled it itself: it is asked, and not told.
  expect(effects(serviceId)).not.toHaveProperty('service.CANCELED');
});

test('what the carrier cancels and holds goes by calls of its own', async () => {
  const { serviceId } = await create();
  await tell(serviceId, { status: 'EXCEPTION', reason: 'consignee_hold' });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('ON_HOLD'), waiting);
  await tell(serviceId, { status: 'CANCELLED', why: { comment: 'No courier', type: 'NO_THERE_DELIVERY_MAN_ASSIGN' } });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('CANCELED'), waiting);
  expect(effects(serviceId)).toMatchObject({ 'service.ON_HOLD': 1, 'service.CANCELED': 1 });
});

test('states that change while VTEX is away are told as the newest one', async () => {
  const { serviceId } = await create();
  packline.sandbox.faults.add({ match: { partner: 'vtex-last-mile', path: `/${carrierId}/${serviceId}` }, times: 2, fault: { kind: 'status', status: 503 } }); // prettier-ignore
  for (const status of ['PRE_TRANSIT', 'PICKED_UP', 'IN_TRANSIT', 'DELIVERED'] as const)
    await tell(serviceId, { status });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('DELIVERED'), waiting);
  expect(Object.keys(effects(serviceId)).length).toBeLessThan(5);
});

test.each([
  ['a note', { kind: 'note', type: 'COMMENT', note: 'Rang twice', author: 'Pedro' }],
  ['an evidence', { kind: 'evidence', type: 'TEXT', content: 'Signed by Pansy', author: 'Pedro' }],
  ['a label', { kind: 'label', id: 'L-lost', type: 'TEXT', url: 'ABC', name: 'Label' }],
] as const)('%s whose answer was lost is looked for before it is sent again', async (_what, paper) => {
  const { serviceId } = await create();
  const path = `/${paper.kind}s/${carrierId}/${serviceId}`;
  packline.sandbox.faults.add({ match: { partner: 'vtex-last-mile', path }, times: 1, fault: { kind: 'dropAfter' } });
  await tell(serviceId, { status: null, papers: [paper] });
  await vi.waitFor(async () => expect((await read(serviceId)).papers).toMatchObject([{ told: true }]), waiting);
  expect(effects(serviceId)).toMatchObject({ [`service.${paper.kind}`]: 1 });
});

test('a label over 180 kB is not taken, and the one beside it is', async () => {
  const { serviceId } = await create();
  const label = (id: string, bytes: number) => ({ kind: 'label', id, type: 'BASE64', url: 'A'.repeat(bytes), name: id }) as const; // prettier-ignore
  const { papersRefused } = await tell(serviceId, {
    status: null,
    papers: [label('big', 180_001), label('fits', 180_000)],
  });
  expect(papersRefused).toBe(1);
  await vi.waitFor(() => expect(atVtex(serviceId)?.labels.map(({ id }) => id)).toEqual(['fits']), waiting);
});

test('a token that ran out is replaced in the middle', async () => {
  const { serviceId } = await create();
  await tell(serviceId, { status: 'PICKED_UP' });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('PICKED'), waiting);
  packline.sandbox.pickAndPack.expireTokens();
  await tell(serviceId, { status: 'DELIVERED' });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('DELIVERED'), waiting);
});

test('nothing is told of a service in the five seconds in which VTEX waits for its answer', async () => {
  tellAfterMs = undefined;
  const startedMs = Date.now();
  const { serviceId } = await create();
  await tell(serviceId, { status: 'PICKED_UP' });
  await vi.waitFor(() => expect(atVtex(serviceId)?.status).toBe('PICKED'), waiting);
  const { requests } = packline.sandbox.books.report();
  const first = requests.find(({ partner, path }) => partner === 'vtex-last-mile' && path.includes(serviceId));
  expect((first?.arrivedAt ?? 0) - startedMs).toBeGreaterThanOrEqual(5_000);
}, 30_000);
