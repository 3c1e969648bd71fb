import * as z from 'zod';
import { expect, test } from 'vitest';
import { permissions, readReply, type CallInfo, type Permission } from '../../../src/connectors/oms/vtex/errors.ts';
import { WireOrderSchema } from '../../../src/connectors/oms/vtex/wire.ts';
import { Failure } from '../../../src/domain/failure.ts';
import type { HttpReply } from '../../../src/platform/http.ts';
import { errorBody } from '../../fixtures/vtex/events.ts';
import { orderBody } from '../../fixtures/vtex/order.ts';

function reply(status: number, body: unknown = '', headers: Record<string, string> = {}): HttpReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const timings = { sentMs: 0, headersMs: 0, totalMs: 0 };
  return { status, headers, body: Buffer.from(text), text: () => text, truncated: false, timings };
}

const nowMs = Date.parse('2026-01-15T00:00:00Z');
const orderGet: CallInfo = { operation: 'order.get', permission: 'viewOrder' };

function failureOf(answer: HttpReply, call = orderGet, schema: z.ZodType = WireOrderSchema): Failure {
  try {
    readReply(answer, schema, call, nowMs);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was read');
}

test.each([
  [400, errorBody('OMS011'), 'rejected', 'vtex.oms011'],
  [400, '', 'rejected', 'vtex.400'],
  [401, errorBody('1', 'Unauthorized access'), 'misconfigured', 'vtex.key_refused'],
  [401, '<html>', 'misconfigured', 'vtex.key_refused'],
  [403, '', 'misconfigured', 'vtex.permission_missing'],
  [404, errorBody('OMS007'), 'rejected', 'vtex.missing'],
  [404, '', 'rejected', 'vtex.missing'],
  [404, 'Value not found.', 'rejected', 'vtex.missing'],
  [409, errorBody('OMS003'), 'rejected', 'vtex.oms003'],
  [409, errorBody('constructor'), 'rejected', 'vtex.constructor'],
  [422, { error: { code: 17 } }, 'rejected', 'vtex.17'],
  [429, errorBody('OMS003'), 'throttled', 'vtex.throttled'],
  [500, errorBody('OMS003'), 'transient', 'vtex.unavailable'],
  [502, '<html>', 'transient', 'vtex.unavailable'],
  [503, '', 'transient', 'vtex.unavailable'],
])('%i with %j is %s %s', (status, body, kind, code) => {
  const failure = failureOf(reply(status, body));
  expect(failure).toMatchObject({ kind, code, detail: { status, operation: 'order.get' } });
});

test.each([
  ['a redirect', reply(302, '', { location: 'https://example.com/' })],
  ['a page with a 404', reply(404, '<!DOCTYPE html><title>Store not found</title>')],
  ['a page with a 400', reply(400, ' \n<html lang="en">')],
  ['what says that it is a page', reply(404, 'Store not found', { 'content-type': 'text/HTML; charset=utf-8' })],
])('%s does not come from the API of an account', (_what, answer) => {
  expect(failureOf(answer, orderGet, z.unknown())).toMatchObject({
    kind: 'misconfigured',
    code: 'vtex.account_unknown',
  });
});

test.each([
  ['nothing', reply(200, '')],
  ['garbage', reply(200, 'ok')],
  ['a page that calls itself fine', reply(200, '<html>welcome</html>')],
  ['a list', reply(200, [])],
  ['another object', reply(200, { ok: true })],
  ['an error that is called a success', reply(200, errorBody('1'))],
  ['an order without its id', reply(200, orderBody({ orderId: undefined }))],
  ['a reply that was cut', { ...reply(200, orderBody()), truncated: true }],
])('%s for an order is tried again', (_what, answer) => {
  expect(failureOf(answer)).toMatchObject({ kind: 'transient', code: 'vtex.unreadable_reply' });
});

test('where one status says that it is done, no other does', () => {
  const start = { operation: 'order.startHandling', permission: 'changeStatus', doneStatus: 204 } as const;
  expect(readReply(reply(204), z.unknown(), start, nowMs)).toBeUndefined();
  for (const status of [200, 201, 202]) {
    expect(failureOf(reply(status, {}), start, z.unknown())).toMatchObject({
      kind: 'transient',
      code: 'vtex.unreadable_reply',
    });
  }
});

test.each<[Permission, string]>([
  ['viewOrder', 'View order'],
  ['listOrders', 'List Orders'],
  ['changeStatus', 'Change order workflow status'],
  ['cancelOrder', 'Cancel order'],
  ['changeOrder', 'Change order'],
  ['notifyInvoice', 'Notify invoice'],
  ['addInteraction', 'Orders Full Access'],
  ['events', 'Feed v3 and Hook Admin'],
  ['readCatalog', '"Product and SKU Management"'],
  ['readPrices', '"Read prices"'],
  ['readStock', '"Logistics inventory read only"'],
])('a 403 names what the key lacks: %s is "%s"', (permission, name) => {
  expect(failureOf(reply(403), { operation: 'x', permission })).toMatchObject({
    code: 'vtex.permission_missing',
    message: expect.stringContaining(name),
    detail: { permission },
  });
  expect(Object.keys(permissions)).toHaveLength(11);
});

test('a pause is as long as VTEX says, and a minute when a 429 says nothing', () => {
  expect(failureOf(reply(429, '', { 'retry-after': '3' })).retryAfterMs).toBe(3_000);
  expect(failureOf(reply(429, '', { 'retry-after': 'Thu, 15 Jan 2026 00:00:07 GMT' })).retryAfterMs).toBe(7_000);
  expect(failureOf(reply(429)).retryAfterMs).toBe(60_000);
  expect(failureOf(reply(503, '', { 'retry-after': '9' })).retryAfterMs).toBe(9_000);
  expect(failureOf(reply(503)).retryAfterMs).toBeUndefined();
});

test.each([
  errorBody('OMS003', 'canary@example.com'),
  errorBody('canary@example.com'),
  errorBody('canary street 7'),
  { error: { code: `canary${'x'.repeat(100)}` } },
  { message: 'canary' },
  { error: 'canary' },
  'canary',
])('a refusal quotes nobody: %j', (body) => {
  for (const status of [400, 401, 403, 404, 409, 429, 500]) {
    const { message, detail, code } = failureOf(reply(status, body));
    expect(JSON.stringify([message, detail, code])).not.toContain('canary');
  }
});
