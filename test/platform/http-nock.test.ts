import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';

// How a connector's test stands in for its partner: nock answers below undici, at the sockets, so that the request is
// the real one down to its bytes. disableNetConnect makes a request that no interceptor expects fail instead of leaving.
const asked: string[] = [];
const egress = createEgress({
  allow: [],
  resolve: (hostname) => {
    asked.push(hostname);
    return Promise.resolve([{ address: '203.0.113.1', family: 4 }]);
  },
});
const http = createHttp({ egress, userAgent: 'Packline/test' });

beforeAll(() => {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
});
afterEach(() => nock.cleanAll());
afterAll(async () => {
  nock.restore();
  await http.close();
});

test('nock sees the request as the partner would, and its answer comes back', async () => {
  const partner = nock('https://api.usenash.com', { reqheaders: { authorization: 'Bearer key' } })
    .post('/v1/order', { externalId: '1' })
    .query({ dryRun: 'true' })
    .reply(201, { id: 'ord_1' }, { 'x-request-id': 'r1' });
  const reply = await http.request({
    method: 'POST',
    url: 'https://api.usenash.com/v1/order?dryRun=true',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ externalId: '1' }),
  });
  expect(reply).toMatchObject({ status: 201, headers: { 'x-request-id': 'r1' } });
  expect(JSON.parse(reply.text())).toEqual({ id: 'ord_1' });
  expect(partner.isDone()).toBe(true);
  expect(asked).toEqual([]);
});

test('a partner that fails, or is slow, fails as it would for real', async () => {
  nock('https://api.usenash.com').get('/slow').delay(5_000).reply(200);
  nock('https://api.usenash.com')
    .get('/reset')
    .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  const get = (path: string) =>
    http.request({ method: 'GET', url: `https://api.usenash.com${path}`, timeouts: { headersMs: 100 } });
  await expect(get('/slow')).rejects.toMatchObject({ kind: 'transient', code: 'http.timeout_headers' });
  await expect(get('/reset')).rejects.toMatchObject({ code: 'http.reset', detail: { requestSent: true } });
});

test('a URL that the guard refuses is refused under nock as well', async () => {
  nock('https://internal.local').get('/').reply(200);
  await expect(http.request({ method: 'GET', url: 'https://internal.local/' })).rejects.toMatchObject({
    code: 'egress.name',
  });
});

test('a request that nobody expects does not leave: 501 from a host with expectations, no network to others', async () => {
  const get = (host: string) => http.request({ method: 'GET', url: `https://${host}/unexpected` });
  nock('https://api.usenash.com').get('/expected').reply(200);
  await expect(get('api.usenash.com')).resolves.toMatchObject({ status: 501 });
  await expect(get('api.example.com')).rejects.toMatchObject({ detail: { error: 'ENETUNREACH' } });
});
