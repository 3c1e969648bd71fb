import nock from 'nock';
import { expect, test } from 'vitest';
import { vtexPickAndPack } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/index.ts';
import { Tokens } from '../../../src/connectors/vendor/vtex/tokens.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { businessError, expiredError, orderBody, orderId } from '../../fixtures/vtex-pick-and-pack/payloads.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import {
  apiHost,
  apiWith,
  authHost,
  connect,
  createIo,
  giveToken,
  makeJwt,
  settingsOf,
  startMs,
} from './pick-and-pack-harness.ts';
import { useNock } from '../wire-harness.ts'; // prettier-ignore

useNock();

const path = `/prod/v1/orders/${orderId}`;
const order = orderBody({ invoices: [] });
const ref = { externalRef: orderId };
const minuteMs = 60_000;

test('the key is sent once, in a body, and the token that comes back lets the call in', async () => {
  const token = makeJwt();
  const reqheaders = { 'content-type': 'application/json', accept: 'application/json' };
  nock(authHost, { reqheaders, badheaders: ['authorization'] })
    .post('/prod/token', { apiKey: 'a1:b2' })
    .reply(200, { message: 'success', data: token });
  apiWith(token).get(path).reply(200, order);
  await expect(connect({ apiKey: 'a1:b2' }).pickAndPack.find(ref)).resolves.toMatchObject({ dispatched: true });
});

test.each([
  ['in an envelope', (token: string) => JSON.stringify({ message: 'success', data: token })],
  ['as a JSON text', (token: string) => JSON.stringify(token)],
  ['as bare text', (token: string) => `${token}\n`],
])('a token may come %s', async (_how, bodyOf) => {
  const token = makeJwt();
  nock(authHost).post('/prod/token').reply(200, bodyOf(token));
  apiWith(token).get(path).reply(200, order);
  await expect(connect().pickAndPack.find(ref)).resolves.not.toBeNull();
});

test('fifty calls at once ask for one token', async () => {
  const tokens = new Tokens('vtex-pick-and-pack');
  const settings = settingsOf();
  const { io, operations } = createIo();
  const token = giveToken();
  const got = await Promise.all(Array.from({ length: 50 }, () => tokens.get(settings, io)));
  expect(new Set(got.map(({ text }) => text))).toEqual(new Set([token]));
  expect(operations).toEqual(['token.create']);
});

test('a token outlives its connection: the next job does not ask again', async () => {
  const settings = settingsOf();
  const token = giveToken();
  apiWith(token).get(path).twice().reply(200, order);
  await vtexPickAndPack.connect(settings, createIo().io).find(ref);
  await vtexPickAndPack.connect(settings, createIo().io).find(ref);
});

test('a token is replaced before it ends, and not much before', async () => {
  const tokens = new Tokens('vtex-pick-and-pack');
  const settings = settingsOf();
  const { io, clock } = createIo();
  const first = giveToken();
  expect((await tokens.get(settings, io)).text).toBe(first);
  clock.advance(14 * minuteMs - 1);
  expect((await tokens.get(settings, io)).text).toBe(first);
  clock.advance(1);
  const second = giveToken(makeJwt(clock.now()));
  expect((await tokens.get(settings, io)).text).toBe(second);
});

test.each([
  ['no claims to read', () => `e30.${Buffer.from('no json').toString('base64url')}.x`],
  ['no time at all', () => makeJwt(startMs, { exp: undefined, iat: undefined })],
  ['our clock ahead of theirs by an hour', () => makeJwt(startMs - 60 * minuteMs)],
  ['our clock behind theirs by an hour', () => makeJwt(startMs + 60 * minuteMs)],
  ['times that are no numbers', () => makeJwt(startMs, { exp: 'soon', iat: null })],
])('a token is good for the documented quarter of an hour even with %s', async (_what, makeToken) => {
  const tokens = new Tokens('vtex-pick-and-pack');
  const settings = settingsOf();
  const { io, clock } = createIo();
  const token = giveToken(makeToken());
  await tokens.get(settings, io);
  clock.advance(14 * minuteMs - 1);
  expect((await tokens.get(settings, io)).text).toBe(token);
  clock.advance(1);
  giveToken(makeJwt(clock.now()));
  expect((await tokens.get(settings, io)).text).not.toBe(token);
});

test('what was asked for on somebody else’s deadline is asked for anew when that one runs out', async () => {
  const tokens = new Tokens('vtex-pick-and-pack');
  const settings = settingsOf();
  const ended = new AbortController();
  const impatient = createIo(createFakeClock(startMs), ended.signal);
  const patient = createIo();
  const token = makeJwt();
  nock(authHost)
    .post('/prod/token')
    .reply(200, () => {
      ended.abort();
      return { data: makeJwt() };
    })
    .post('/prod/token')
    .reply(200, { data: token });
  const first = expect(tokens.get(settings, impatient.io)).rejects.toMatchObject({ name: 'AbortError' });
  expect((await tokens.get(settings, patient.io)).text).toBe(token);
  await first;
});

test.each([
  ['401', [401, { message: 'Unauthorized', requestId: 'r' }]],
  [
    '401 of the legacy guide, which calls itself "Internal server"',
    [401, { code: '1000', message: 'Internal server' }],
  ],
  ['403 EXPIRED_TOKEN', [403, expiredError]],
  ['403 in the words of Last Mile', [403, { message: 'Authentication token expired', requestId: 'r' }]],
] as const)('%s brings a new token and the same call once more', async (_what, [status, body]) => {
  const old = giveToken();
  apiWith(old).get(path).reply(status, body);
  apiWith(giveToken()).get(path).reply(200, order);
  const { pickAndPack, operations } = connect();
  await expect(pickAndPack.find(ref)).resolves.not.toBeNull();
  expect(operations).toEqual(['token.create', 'order.get', 'token.create', 'order.get']);
});

test('fifty calls that find their token expired bring one new one', async () => {
  const settings = settingsOf();
  const old = giveToken();
  apiWith(old).get(path).times(50).reply(403, expiredError);
  const fresh = makeJwt();
  const { io, operations } = createIo();
  nock(authHost).post('/prod/token').reply(200, { data: fresh });
  apiWith(fresh).get(path).times(50).reply(200, order);
  const pickAndPack = vtexPickAndPack.connect(settings, io);
  await Promise.all(Array.from({ length: 50 }, () => pickAndPack.find(ref)));
  expect(operations.filter((operation) => operation === 'token.create')).toHaveLength(2);
});

test('a second refusal is the answer: nothing goes round in circles', async () => {
  for (const [status, body, failure] of [
    [401, { message: 'Unauthorized' }, { kind: 'misconfigured', code: 'vtex-pick-and-pack.token_refused' }],
    [403, expiredError, { kind: 'transient', code: 'vtex-pick-and-pack.token_expired' }],
  ] as const) {
    for (const token of [giveToken(), giveToken()]) apiWith(token).get(path).reply(status, body);
    await expect(connect().pickAndPack.find(ref)).rejects.toMatchObject(failure);
  }
});

test.each([
  ['SHR0007B', businessError('SHR0007B')],
  ['another code of theirs, whatever its words', businessError('SHR0001B', 'This order has expired')],
  ['no code and no word of expiry', { message: 'Invalid token', requestId: 'r' }],
  ['a page', '<html>'],
])('a 403 of %s brings no new token', async (_what, body) => {
  const token = giveToken();
  apiWith(token).get(path).reply(403, body);
  const { pickAndPack, operations } = connect();
  await pickAndPack.find(ref).catch(() => undefined);
  expect(operations).toEqual(['token.create', 'order.get']);
});

test('a key of another account is never used', async () => {
  giveToken(makeJwt(startMs, { hostname: 'otherstore' }));
  await expect(connect().pickAndPack.find(ref)).rejects.toMatchObject({
    kind: 'misconfigured',
    code: 'vtex-pick-and-pack.account_mismatch',
    detail: { account: 'luxstore', accountOfKey: 'otherstore' },
  });
});

test.each([
  [400, { message: 'Bad request' }, 'misconfigured', 'key_refused'],
  [401, { message: 'Requires authentication' }, 'misconfigured', 'key_refused'],
  [403, { message: 'Forbidden' }, 'misconfigured', 'key_refused'],
  [404, { message: 'Resource not found' }, 'misconfigured', 'key_refused'],
  [404, '<html>', 'transient', 'unreadable_reply'],
  [429, 'slow down', 'throttled', 'throttled'],
  [500, { message: 'Internal error' }, 'transient', 'auth_unavailable'],
  [503, '<html>', 'transient', 'auth_unavailable'],
  [302, '', 'transient', 'unreadable_reply'],
  [200, '<html>welcome</html>', 'transient', 'unreadable_reply'],
  [200, '"Unauthorized"', 'transient', 'unreadable_reply'],
  [200, { message: 'success', data: null }, 'transient', 'unreadable_reply'],
  [200, { message: 'success', data: 'a b.c.d' }, 'transient', 'unreadable_reply'],
  [200, '', 'transient', 'unreadable_reply'],
] as const)('no token with %i %j is %s %s', async (status, body, kind, code) => {
  nock(authHost).post('/prod/token').reply(status, body, { 'retry-after': '2' });
  const { pickAndPack, pauses } = connect();
  await expect(pickAndPack.find(ref)).rejects.toMatchObject({ kind, code: `vtex-pick-and-pack.${code}` });
  expect(pauses).toEqual(status === 429 ? [{ budget: 'default', pauseMs: 2_000 }] : []);
});

test('a failure is not kept: the next call asks again', async () => {
  const settings = settingsOf();
  const pickAndPack = vtexPickAndPack.connect(settings, createIo().io);
  nock(authHost).post('/prod/token').reply(503);
  await expect(pickAndPack.find(ref)).rejects.toBeInstanceOf(Failure);
  apiWith(giveToken()).get(path).reply(200, order);
  await expect(pickAndPack.find(ref)).resolves.not.toBeNull();
});

test('neither key nor token is in any failure', async () => {
  const token = makeJwt(startMs, { username: 'canary' });
  nock(authHost).post('/prod/token').reply(401, { message: 'canary is not known' });
  giveToken(token);
  nock(apiHost)
    .get(path)
    .reply(403, { message: `canary ${token}` });
  for (const { pickAndPack } of [connect({ apiKey: 'canary-key' }), connect()]) {
    const failure: unknown = await pickAndPack.find(ref).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    const { message, detail, cause, stack } = failure as Failure;
    expect(JSON.stringify([message, detail, cause, stack])).not.toMatch(/canary|eyJ/);
  }
});

test('a process holds the tokens of a thousand keys, and no more', async () => {
  const tokens = new Tokens('vtex-pick-and-pack');
  const text = makeJwt();
  const timings = { sentMs: 0, headersMs: 0, totalMs: 0 };
  const reply = { status: 200, headers: {}, body: Buffer.from(text), text: () => text, truncated: false, timings };
  let asked = 0;
  const call = () => {
    asked += 1;
    return Promise.resolve(reply);
  };
  const io = { call, throttled: () => Promise.resolve(), nowMs: () => startMs };
  const keys = Array.from({ length: 1_001 }, () => settingsOf());
  for (const settings of keys) await tokens.get(settings, io);
  const [oldest = settingsOf(), second = settingsOf()] = keys;
  await tokens.get(second, io);
  expect(asked).toBe(1_001);
  await tokens.get(oldest, io);
  expect(asked).toBe(1_002);
});
