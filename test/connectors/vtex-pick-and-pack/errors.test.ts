import { expect, test } from 'vitest';
import { isExpired, readReply } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/errors.ts';
import { LegacyReplySchema, WireOrderSchema } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { Failure } from '../../../src/domain/failure.ts';
import type { HttpReply } from '../../../src/platform/http.ts';
import { businessError, expiredError, orderBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts';

function reply(status: number, body: unknown, changes: Partial<HttpReply> = {}): HttpReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const timings = { sentMs: 0, headersMs: 0, totalMs: 0 };
  return { status, headers: {}, body: Buffer.from(text), text: () => text, truncated: false, timings, ...changes };
}

function failureOf(answer: HttpReply, schema: Parameters<typeof readReply>[1] = WireOrderSchema): Failure {
  try {
    readReply(answer, schema, 'order.get', Date.parse('2026-01-15T00:00:00Z'));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was read');
}

const failed = (kind: string, code: string) => ({ kind, code: `vtex-pick-and-pack.${code}` });

test.each([
  [403, 'EXPIRED_TOKEN', 'transient', 'token_expired'],
  [403, 'SHR0007B', 'rejected', 'no_access'],
  [403, 'SHP0002B', 'rejected', 'no_access'],
  [403, 'SHP0003B', 'rejected', 'no_access'],
  [403, 'FAC0002B', 'rejected', 'no_access'],
  [403, 'SHR9999B', 'rejected', 'shr9999b'],
  [403, 'INVALID_TOKEN', 'misconfigured', 'forbidden'],
  [404, 'WORK0001B', 'rejected', 'not_found'],
  [404, 'FAC0001B', 'rejected', 'not_found'],
  [404, 'TRP0005E', 'rejected', 'not_found'],
  [404, 'ORD0009B', 'rejected', 'not_found'],
  [404, 'ORA0001B', 'transient', 'not_invoiced'],
  [400, 'GEN0001B', 'rejected', 'order_id_missing'],
  [400, 'ORD0001B', 'rejected', 'order_id_missing'],
  [400, 'NEW0001B', 'rejected', 'new0001b'],
  [400, 'constructor', 'rejected', 'constructor'],
  [401, 'SHR0007B', 'misconfigured', 'token_refused'],
  [429, 'SHR0007B', 'throttled', 'throttled'],
  [500, 'SHR0007B', 'transient', 'unavailable'],
])('%i %s is %s %s, and the code is kept', (status, code, kind, ours) => {
  const failure = failureOf(reply(status, businessError(code)));
  expect(failure).toMatchObject(failed(kind, ours));
  expect(failure.detail).toMatchObject({ status, vtexCode: code.toUpperCase(), operation: 'order.get' });
});

test.each([
  [401, '1000', 'Internal server', 'misconfigured', 'token_refused'],
  [404, '1001', 'Resource not found', 'rejected', 'not_found'],
  [400, '1002', 'OrderId is not found', 'rejected', 'not_found'],
  [400, '1002', 'Order not found by 1509750516095-01', 'rejected', 'not_found'],
  [500, '1003', 'Internal error', 'transient', 'unavailable'],
])('legacy %i %s "%s" is %s %s, wherever the number stands', (status, number, message, kind, code) => {
  for (const body of [
    { code: number, message },
    { message, internalCode: Number(number) },
    { statusCode: number, data: null },
  ]) {
    expect(failureOf(reply(status, body), LegacyReplySchema), JSON.stringify(body)).toMatchObject(failed(kind, code));
  }
});

test('the legacy API’s words are enough where the number is missing', () => {
  expect(failureOf(reply(404, { message: 'Resource not found' }))).toMatchObject(failed('rejected', 'not_found'));
  expect(failureOf(reply(400, { message: 'Order not found by x' }))).toMatchObject(failed('rejected', 'not_found'));
});

test.each([
  ['a page with a 404', reply(404, '<html>not found</html>')],
  ['a 404 of another API', reply(404, { message: 'Not Found' })],
  ['a 400 of another API', reply(400, { detail: 'no' })],
  ['a 200 that is a page', reply(200, '<html>ok</html>')],
  ['a 200 of another shape', reply(200, { ok: true })],
  ['a 200 that is an error', reply(200, businessError('SHR0007B'))],
  ['a 200 without a body', reply(200, '')],
  ['a list', reply(200, [])],
  ['a redirect', reply(302, '')],
  ['a body that was cut', reply(200, orderBody(), { truncated: true })],
  ['an error that was cut', reply(404, businessError('WORK0001B'), { truncated: true })],
])('%s is neither a success nor "not found"', (_what, answer) => {
  expect(failureOf(answer)).toMatchObject(failed('transient', 'unreadable_reply'));
});

test('a refusal without a body still says what kind it is', () => {
  expect(failureOf(reply(429, 'slow down'))).toMatchObject(failed('throttled', 'throttled'));
  expect(failureOf(reply(401, ''))).toMatchObject(failed('misconfigured', 'token_refused'));
  expect(failureOf(reply(403, '<html>'))).toMatchObject(failed('misconfigured', 'forbidden'));
  expect(failureOf(reply(502, '<html>'))).toMatchObject(failed('transient', 'unavailable'));
});

test('an order without an invoice is tried again in minutes, unless VTEX says when', () => {
  expect(failureOf(reply(404, businessError('ORA0001B'))).retryAfterMs).toBe(600_000);
  const asked = reply(404, businessError('ORA0001B'), { headers: { 'retry-after': '7' } });
  expect(failureOf(asked).retryAfterMs).toBe(7_000);
});

test.each([
  [reply(401, ''), true],
  [reply(403, expiredError), true],
  [reply(403, { message: 'Authentication token expired' }), true],
  [reply(403, { message: 'Invalid token' }), false],
  [reply(403, businessError('SHR0007B')), false],
  [reply(403, businessError('SHR0001B', 'This order has expired')), false],
  [reply(403, '<html>expired</html>'), false],
  [reply(404, { message: 'expired' }), false],
  [reply(500, expiredError), false],
])('only a 401, or a 403 that says so, is an expired token', (answer, expired) => {
  expect(isExpired(answer)).toBe(expired);
});

test('a refusal quotes nobody', () => {
  const { message, detail } = failureOf(reply(400, businessError('NEW0001B', 'canary@example.com is wrong')));
  expect(JSON.stringify([message, detail])).not.toContain('canary');
  expect(detail['requestId']).toBe('3d292319-2129-47b6-a748-92a8be02576a');
  const quoting = { ...businessError('NEW0001B'), requestId: 'asked for Ana Canary' };
  expect(failureOf(reply(400, quoting)).detail).not.toHaveProperty('requestId');
});
