import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const bodyBytesMax = 64 * 1024;
const ingress = await startIngress(redis.url, { settings: { bodyBytesMax, bodyDeadlineMs: 150 } });
const { request } = ingress;
const { key } = await ingress.tenant();
const headers = { 'Idempotency-Key': 'bad' };
const postRaw = (raw: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
  request('POST', '/v1/orders', { key, raw, headers: { ...headers, ...more } });
const postJson = (json: unknown) => request('POST', '/v1/orders', { key, json, headers });
const order = (change: object) => ({ ...sampleOrder(), ...change });
const text = JSON.stringify(sampleOrder());

/** One raw HTTP exchange; answers everything that came until the server closed, or until `until` was seen. */
function exchange(head: string, until?: RegExp): Promise<string> {
  const { port } = new URL(ingress.url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(head));
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (until?.test(received) === true) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
const rawHead = (lines: string[]): string =>
  [
    'POST /v1/orders HTTP/1.1',
    'Host: x',
    `Authorization: Bearer ${key}`,
    'Idempotency-Key: raw',
    ...lines,
    '',
    '',
  ].join('\r\n');

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

test.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['a word', '"order"'],
  ['a number', '123'],
])('%s is no order', async (_name, raw) => {
  const reply = await postRaw(raw);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '' }] });
});

test.each([
  ['nothing', ''],
  ['two documents', `${text}${text}`],
  ['trailing text', `${text} x`],
  ['a comment', `/* hi */${text}`],
  ['a byte order mark', `\u{feff}${text}`],
  ['NaN', '{"a":NaN}'],
  ['a raw NUL in a string', '{"a":"\u0000"}'],
])('%s is refused as no JSON, without quoting it', async (_name, raw) => {
  const reply = await postRaw(raw);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'request.json' });
  expect(reply.text).not.toContain('Canário');
});

test.each([
  ['a NUL', '{"notes":"a\\u0000b"}', '/notes', 'field.characters'],
  ['a NUL in a name', '{"a\\u0000b":1}', '/a\u0000b', 'field.characters'],
  ['half a character', '{"metadata":{"x":["ok","\\ud800"]}}', '/metadata/x/1', 'field.characters'],
  ['a member called __proto__', '{"metadata":{"__proto__":"x"}}', '/metadata/__proto__', 'field.name'],
  ['the same in other letters', '{"metadata":{"\\u005f_proto__":"x"}}', '/metadata/__proto__', 'field.name'],
  ['a number beyond all numbers', '{"totals":{"taxMinor":1e999}}', '/totals/taxMinor', 'field.number'],
])('%s is refused with a pointer', async (_name, raw, pointer, code) => {
  const reply = await postRaw(raw);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ errors: [{ pointer, code }] });
});

test('bytes that are not UTF-8 are refused', async () => {
  const bytes = new Uint8Array(
    Buffer.concat([Buffer.from('{"notes":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  );
  const reply = await postRaw(bytes);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ code: 'request.encoding' });
});

test('nesting is refused before it is parsed, brackets inside strings do not count', async () => {
  for (const depth of [33, 5_000]) {
    const reply = await postRaw(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ code: 'request.depth' });
  }
  const brackets = await postJson(order({ notes: `${'['.repeat(500)}\\"{` }));
  expect(brackets.status).toBe(202);
});

test('of two members with one name the last one wins', async () => {
  const { key: another } = await ingress.tenant();
  const raw = text.replace('{', '{"externalId":"first",');
  const reply = await request('POST', '/v1/orders', { key: another, raw, headers });
  expect(reply.body).toMatchObject({ externalId: sampleOrder().externalId });
});

test('a body over the limit is refused, declared or not, and its connection closed', async () => {
  const big = JSON.stringify({ notes: 'x'.repeat(2 * 1024 * 1024) });
  const declared = await exchange(rawHead(['Content-Type: application/json', `Content-Length: ${big.length}`]));
  expect(declared).toMatch(/^HTTP\/1\.1 413 /);
  expect(declared.toLowerCase()).toContain('connection: close');
  expect(declared).toContain('request.too_large');

  const chunk = `${bodyBytesMax.toString(16)}\r\n${'x'.repeat(bodyBytesMax)}\r\n`;
  const lines = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
  const chunked = await exchange(`${rawHead(lines)}${chunk}${chunk}`, /request\.too_large/);
  expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
  expect(chunked.toLowerCase()).toContain('connection: close');
});

test('who asks before sending a body that is too large is not told to go on', async () => {
  const lines = ['Content-Type: application/json', 'Content-Length: 9999999', 'Expect: 100-continue'];
  const answer = await exchange(rawHead(lines), /request\.too_large/);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  const fitting = rawHead(['Content-Type: application/json', 'Content-Length: 2', 'Expect: 100-continue']);
  expect(await exchange(fitting, /100 Continue/)).toMatch(/^HTTP\/1\.1 100 /);
});

test('a body that does not arrive in time is answered 408', async () => {
  const lines = ['Content-Type: application/json', 'Content-Length: 100'];
  const answer = await exchange(`${rawHead(lines)}{"half":`, /request\.timeout/);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test('a caller who leaves in the middle of a body harms nobody', async () => {
  const { port } = new URL(ingress.url);
  const before = ingress.log.lines().length;
  await new Promise<void>((resolve) => {
    const lines = ['Content-Type: application/json', 'Content-Length: 100'];
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.end(`${rawHead(lines)}{"half":`, () => socket.destroy()),
    );
    socket.on('close', () => resolve());
  });
  await expect.poll(() => ingress.log.lines().slice(before).map(({ code }) => code)).toContain('request.aborted'); // prettier-ignore
  expect((await request('GET', '/livez')).status).toBe(200);
});

test.each([
  ['form data', 'application/x-www-form-urlencoded'],
  ['multipart', 'multipart/form-data; boundary=x'],
  ['text', 'text/plain'],
  ['something like JSON', 'application/jsonp'],
])('%s is refused as a media type', async (_name, type) => {
  const reply = await postRaw(text, { 'Content-Type': type });
  expect(reply.status).toBe(415);
  expect(reply.body).toMatchObject({ code: 'request.content_type' });
});

test('a compressed body is refused, and a charset is allowed', async () => {
  expect((await postRaw(text, { 'Content-Encoding': 'gzip' })).status).toBe(415);
  const reply = await request('POST', '/v1/orders', {
    key: (await ingress.tenant()).key,
    raw: text,
    headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' },
  });
  expect(reply.status).toBe(202);
});

test.each([
  ['no number', 'limit=many', 'limit'],
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

test('too many or too large headers are refused', async () => {
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x-${index}`, '1']));
  expect((await request('GET', '/v1/orders', { key, headers: many })).status).toBe(431);
  const answer = await exchange(`GET /v1/orders?q=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toContain('request.headers_too_large');
});

test.each([
  ['both lengths', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
  ['a negative length', ['Content-Length: -1']],
  ['a length with a sign', ['Content-Length: +5']],
  ['an unknown transfer encoding', ['Transfer-Encoding: xchunked']],
  ['a second Host', ['Host: y']],
])('HTTP with %s is refused as a problem', async (_name, lines) => {
  const answer = await exchange(`${rawHead(lines)}{}`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

test('unknown paths and methods are problems too', async () => {
  const unknown = await request('GET', '/v1/nothing', { key });
  expect(unknown.status).toBe(404);
  expect(unknown.body).toMatchObject({ code: 'route.not_found', type: '/docs/problems/route.not_found' });
  const method = await request('DELETE', '/v1/orders', { key });
  expect(method.status).toBe(405);
  expect(method.headers.get('allow')).toBe('GET, POST');
});
