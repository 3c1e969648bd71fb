import { expect, test } from 'vitest';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { openWire } from '../support/wire.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { bodyBytesMax: 64 * 1024 } });
const { request } = ingress;
const { key } = await ingress.tenant();
const headers = { 'Idempotency-Key': 'bad' };
const postRaw = (raw: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
  request('POST', '/v1/orders', { key, raw, headers: { ...headers, ...more } });
const postJson = (json: unknown) => request('POST', '/v1/orders', { key, json, headers });
const order = (change: object) => ({ ...sampleOrder(), ...change });
const text = JSON.stringify(sampleOrder());

test.each([
  ['a field that is no part of an order', { colour: 'red' }, '/colour', 'field.unknown'],
  ['an unknown field deep inside', { recipient: { name: 'A', nick: 'B' } }, '/recipient/nick', 'field.unknown'],
  ['a number as text', { totals: { ...sampleOrder().totals, taxMinor: '0' } }, '/totals/taxMinor', 'field.type'],
  ['money with a fraction', { totals: { ...sampleOrder().totals, taxMinor: 0.5 } }, '/totals/taxMinor', 'field.type'],
  ['no line', { lines: [] }, '/lines', 'field.too_small'],
  ['a missing field', { currency: undefined }, '/currency', 'field.required'],
  ['an unreal time', { placedAt: '2026-02-30T00:00:00Z' }, '/placedAt', 'field.format'],
  ['a time without a zone', { placedAt: '2026-01-15T02:00:00' }, '/placedAt', 'field.format'],
  ['an unknown value', { fulfilment: 'drone' }, '/fulfilment', 'field.value'],
  ['a name with a slash and a tilde', { 'a/b~c': 1 }, '/a~1b~0c', 'field.unknown'],
])('an order with %s is refused with a pointer to it', async (_name, change, pointer, code) => {
  const reply = await postJson(order(change));
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'request.invalid', errors: expect.arrayContaining([expect.objectContaining({ pointer, code })]) }); // prettier-ignore
});

test('what is no JSON is refused without being quoted', async () => {
  const reply = await postRaw(`${text} x`);
  expect(reply.body).toMatchObject({ code: 'request.json' });
  expect(reply.text).not.toContain('Canário');
});

test('brackets inside strings are no nesting', async () => {
  const brackets = await postJson(order({ notes: `${'['.repeat(500)}\\"{` }));
  expect(brackets.status).toBe(202);
});

test('of two members with one name the last one wins', async () => {
  const { key: another } = await ingress.tenant();
  const raw = text.replace('{', '{"externalId":"first",');
  const reply = await request('POST', '/v1/orders', { key: another, raw, headers });
  expect(reply.body).toMatchObject({ externalId: sampleOrder().externalId });
});

test('a caller who leaves in the middle of a body harms nobody', async () => {
  const before = ingress.log.lines().length;
  const line = openWire(Number(new URL(ingress.url).port));
  const lines = ['Content-Type: application/json', 'Content-Length: 100', 'Expect: 100-continue'];
  const head = ['Host: x', `Authorization: Bearer ${key}`, 'Idempotency-Key: left', ...lines];
  line.write(['POST /v1/orders HTTP/1.1', ...head, '', '{"half":'].join('\r\n'));
  // Told to go on: it is being read.
  await line.answers(1);
  line.destroy();
  await expect.poll(() => ingress.log.lines().slice(before).map(({ code }) => code)).toContain('request.aborted'); // prettier-ignore
  expect((await request('GET', '/livez')).status).toBe(200);
});

test('a charset beside the media type is allowed', async () => {
  const reply = await request('POST', '/v1/orders', {
    key: (await ingress.tenant()).key,
    raw: text,
    headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' },
  });
  expect(reply.status).toBe(202);
});

test.each([
  ['no number', 'limit=many', 'limit'],
  ['a number in another notation', 'limit=0x10', 'limit'],
  ['none', 'limit=0', 'limit'],
  ['too many', 'limit=201', 'limit'],
  ['a cursor of something else', 'cursor=evt_01jd3xk5q8h2v4m6n7p9r0stwz', 'cursor'],
  ['an unknown status', 'status=LOST', 'status'],
  ['a parameter that does nothing', 'colour=red', 'colour'],
  ['a parameter twice', 'limit=1&limit=2', 'limit'],
])('a query with %s is refused by its name', async (_name, query, parameter) => {
  const reply = await request('GET', `/v1/orders?${query}`, { key });
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'request.invalid', errors: [{ parameter }] });
});

test('an id that is none is refused', async () => {
  const reply = await request('GET', '/v1/orders/12', { key });
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ errors: [{ parameter: 'orderId' }] });
});

test('unknown paths and methods are problems too', async () => {
  const unknown = await request('GET', '/v1/nothing', { key });
  expect(unknown.status).toBe(404);
  expect(unknown.body).toMatchObject({ code: 'route.not_found', type: '/docs/problems/route.not_found' });
  const method = await request('DELETE', '/v1/orders', { key });
  expect(method.status).toBe(405);
  expect(method.headers.get('allow')).toBe('GET, POST');
});
