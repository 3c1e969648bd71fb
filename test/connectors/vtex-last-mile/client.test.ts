import nock from 'nock';
import { expect, test } from 'vitest';
import { makeService, type Service } from '../../../src/domain/service.ts';
import { vtexLastMile } from '../../../src/connectors/last-mile/vtex-last-mile/index.ts';
import { useNock } from '../wire-harness.ts';
import { apiHost, authHost, connect, makeJwt } from './last-mile-harness.ts';

useNock();

const ref = { carrierId: 'MTEyMjM&x/y', serviceId: 'svc_1' };
const path = '/prod/v1/tracking/hook/MTEyMjM%26x%2Fy/svc_1';
const at = (kind: string) => path.replace('/hook/', `/hook/${kind}/`);
const why = { comment: 'The delivery address was changed', type: 'OTHER' } as const;
const saved = { message: 'saved', data: {} };
const giveToken = (token = makeJwt(), times = 1): string => {
  nock(authHost).post('/prod/token').times(times).reply(200, { message: 'success', data: token });
  return token;
};
const service = (changes: Partial<Service> = {}): Service => ({
  ...makeService({
    id: 'svc_1',
    merchantId: 'mer_1',
    connectionId: 'con_1',
    carrierConnectionId: null,
    request: { orderId: 'o-1', carrierId: ref.carrierId, type: null, packages: [] },
    shippingPrice: null,
    at: '2026-01-15T00:00:00.000Z',
  }),
  ...changes,
});

test.each([
  [
    'PATCH',
    path,
    { status: 'PICKED' },
    (c: ReturnType<typeof connect>) => c.connection.update(ref, { status: 'PICKED' }),
  ],
  ['POST', at('cancel'), why, (c: ReturnType<typeof connect>) => c.connection.cancel(ref, why)],
  ['POST', at('on-hold'), why, (c: ReturnType<typeof connect>) => c.connection.hold(ref, why)],
  ['POST', at('labels'), { id: 'L' }, (c: ReturnType<typeof connect>) => c.connection.show(ref, 'label', { id: 'L' })],
  [
    'POST',
    at('notes'),
    [{ note: 'n' }],
    (c: ReturnType<typeof connect>) => c.connection.show(ref, 'note', { note: 'n' }),
  ],
  ['POST', at('evidences'), [{ content: 'c' }], (c: ReturnType<typeof connect>) => c.connection.show(ref, 'evidence', { content: 'c' })], // prettier-ignore
] as const)('%s %s goes out with the bare token and its body', async (method, url, body, act) => {
  const authorization = giveToken();
  nock(apiHost, { reqheaders: { authorization, accept: 'application/json', 'content-type': 'application/json' } })
    .intercept(url, method, body as nock.RequestBodyMatcher)
    .reply(200, saved);
  await act(connect());
});

test.each([
  ['in an envelope', (token: string) => JSON.stringify({ message: 'success', data: token })],
  ['as a JSON text', (token: string) => JSON.stringify(token)],
  ['as bare text', (token: string) => token],
])('the token is understood %s', async (_how, bodyOf) => {
  const token = makeJwt();
  nock(authHost).post('/prod/token').reply(200, bodyOf(token));
  nock(apiHost, { reqheaders: { authorization: token } })
    .patch(path)
    .reply(200, saved);
  await connect().connection.update(ref, {});
});

test.each([
  [401, { message: 'Unauthorized', requestId: 'r' }],
  [403, { message: 'Invalid token', requestId: 'r' }],
  [403, { message: 'Authentication token expired', requestId: 'r' }],
])('%i %j is answered with a fresh token, once; the second is a refusal of the key', async (status, body) => {
  const [old, fresh, third] = [makeJwt(), makeJwt(), makeJwt()];
  giveToken(old);
  nock(apiHost, { reqheaders: { authorization: old } })
    .patch(path)
    .reply(status, body);
  giveToken(fresh);
  nock(apiHost, { reqheaders: { authorization: fresh } })
    .patch(path)
    .reply(200, saved);
  const made = connect();
  await made.connection.update(ref, {});
  nock(apiHost, { reqheaders: { authorization: fresh } })
    .patch(path)
    .reply(status, body);
  giveToken(third);
  nock(apiHost, { reqheaders: { authorization: third } })
    .patch(path)
    .reply(status, body);
  await expect(made.connection.update(ref, {})).rejects.toMatchObject({ kind: 'misconfigured', code: 'vtex-last-mile.token_refused' }); // prettier-ignore
});

const notFound = {
  type: 'exception',
  code: 'TRP0005E',
  data: { 0: '1', carrierId: 'c', serviceId: 's' },
  requestId: '9e3ce442-458c-4861-99aa-23b2cd2da9cf',
  date: '2024-03-15T06:00:21.009Z',
  message: "Service not found: 'c&s'",
};
test.each([
  [404, notFound, { kind: 'rejected', code: 'vtex-last-mile.service_not_found', detail: { requestId: notFound.requestId } }], // prettier-ignore
  [400, { message: 'status is required', requestId: 'r' }, { kind: 'rejected', code: 'vtex-last-mile.refused' }],
  [404, '<html>', { kind: 'transient', code: 'vtex-last-mile.unreadable_reply' }],
  [200, '<html>', { kind: 'transient', code: 'vtex-last-mile.unreadable_reply' }],
  [302, '', { kind: 'transient', code: 'vtex-last-mile.unreadable_reply' }],
  [500, { message: 'x' }, { kind: 'transient', code: 'vtex-last-mile.unavailable' }],
  [503, '', { kind: 'transient', code: 'vtex-last-mile.unavailable' }],
  [429, { message: 'slow' }, { kind: 'throttled', code: 'vtex-last-mile.throttled' }],
] as const)('%i %j is a failure that says what to do', async (status, body, failure) => {
  giveToken();
  nock(apiHost).patch(path).reply(status, body);
  const made = connect();
  await expect(made.connection.update(ref, {})).rejects.toMatchObject(failure);
  expect(made.pauses.length).toBe(status === 429 ? 1 : 0);
});

test('a service that is not there is null to who looks, and what is said of one is found wherever it stands', async () => {
  giveToken();
  nock(apiHost).get(path).reply(404, notFound);
  const made = connect();
  expect(await made.connection.read(ref)).toBeNull();
  const data = {
    status: 'ON_ROUTE',
    labels: [{ id: 'L-1', name: 'Shipping label', url: 'https://x', type: 'PDF' }],
    notes: [{ type: 'COMMENT', date: '2024-03-09T01:43:16.280Z', content: 'At the door', author: 'a' }],
    evidences: ['a text'],
    timeline: [{ type: 'EVIDENCE', metaData: { 0: { type: 'IMAGE', content: 'https://image', author: 'a' } } }, { type: 'NOTE', metaData: { 0: { note: 'Twice' } } }], // prettier-ignore
  };
  nock(apiHost).get(path).reply(200, { message: 'success', data });
  expect(await made.connection.read(ref)).toEqual({
    status: 'ON_ROUTE',
    labelIds: ['L-1'],
    texts: ['At the door', 'a text', 'https://image', 'Twice'],
  });
});

test('the settings are tested by asking for no service', async () => {
  giveToken();
  nock(apiHost).get('/prod/v1/tracking/hook/packline/connection-test').reply(404, notFound);
  expect(await connect().connection.test()).toEqual({ account: 'acme' });
});

test('an update has every key, and a text where null is not taken', () => {
  const { settings } = connect({ trackingUrlTemplate: 'https://acme.example/{serviceId}?n={trackingNumber}' });
  const sealed = { agent: null, comment: null };
  const bare = vtexLastMile.tell(service(), sealed, connect().settings);
  expect(bare).toEqual({
    by: 'update',
    body: { status: 'PENDING', agent: null, trackingUrl: '', totalDistanceTraveled: null, rating: null, shippingPrice: null, shippingEstimatedDate: null }, // prettier-ignore
  });
  const booked = service({ booking: { bookingId: 'b', trackingNumber: 'T 1' } });
  expect(vtexLastMile.tell(booked, sealed, settings)).toMatchObject({ body: { trackingUrl: 'https://acme.example/svc_1?n=T%201' } }); // prettier-ignore
});

test('cancel and hold are calls of their own, with what was said of them', () => {
  const { settings } = connect();
  const canceled = service({ status: 'CANCELED', why: 'NO_THERE_DELIVERY_MAN_ASSIGN' });
  expect(vtexLastMile.tell(canceled, { agent: null, comment: 'Nobody rides today' }, settings)).toEqual({
    by: 'cancel',
    why: { comment: 'Nobody rides today', type: 'NO_THERE_DELIVERY_MAN_ASSIGN' },
  });
  const refused = service({ status: 'CANCELED', why: 'ERROR_CREATE_SERVICE', refusal: 'fake.no_coverage' });
  expect(vtexLastMile.tell(refused, { agent: null, comment: null }, settings)).toEqual({
    by: 'cancel',
    why: { comment: 'The carrier refused: fake.no_coverage', type: 'ERROR_CREATE_SERVICE' },
  });
  expect(vtexLastMile.tell(service({ status: 'ON_HOLD' }), { agent: null, comment: null }, settings)).toEqual({
    by: 'hold',
    why: { comment: 'No reason was given', type: 'OTHER' },
  });
});
