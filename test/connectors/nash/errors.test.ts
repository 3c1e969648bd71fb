import { expect, test } from 'vitest';
import { readReply } from '../../../src/connectors/fulfilment/nash/errors.ts';
import { WireJobSchema, WireOrderSchema } from '../../../src/connectors/fulfilment/nash/wire.ts';
import { Failure } from '../../../src/domain/failure.ts';
import type { HttpReply } from '../../../src/platform/http.ts';
import { errorBody, orderBody } from '../../fixtures/nash/payloads.ts';

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

test.each([
  [429, 'TOO_MANY_REQUESTS', 'throttled', 'nash.throttled'],
  [409, 'LOCK_ACQUISITION_FAILURE', 'transient', 'nash.locked'],
  [409, 'ORDER_LOCK_CONTENTION', 'transient', 'nash.locked'],
  [500, 'INTERNAL_SERVER_ERROR', 'transient', 'nash.unavailable'],
  [503, 'VALIDATION_ERRORS', 'transient', 'nash.unavailable'],
  [401, 'UNAUTHORIZED', 'misconfigured', 'nash.key_refused'],
  [403, 'FORBIDDEN', 'misconfigured', 'nash.forbidden'],
  [404, 'MISSING_RESOURCE', 'rejected', 'nash.missing'],
  [404, 'NOT_FOUND', 'rejected', 'nash.missing'],
  [404, 'ORDER_NOT_FOUND', 'rejected', 'nash.missing'],
  [404, 'NO_ELIGIBLE_PROVIDERS', 'transient', 'nash.no_eligible_providers'],
  [404, 'NO_VALID_QUOTES', 'transient', 'nash.no_valid_quotes'],
  [400, 'AUTODISPATCH_FAILURE', 'transient', 'nash.autodispatch_failure'],
  [422, 'VALIDATION_ERRORS', 'rejected', 'nash.validation_errors'],
  [400, 'BAD_REQUEST', 'rejected', 'nash.bad_request'],
  [400, 'INVALID_VALUE', 'rejected', 'nash.invalid_value'],
  [400, 'INVALID_ADDRESS', 'rejected', 'nash.invalid_address'],
  [400, 'INVALID_PHONE_NUMBER', 'rejected', 'nash.invalid_phone_number'],
  [400, 'INVALID_TIME_CONSTRAINT', 'rejected', 'nash.invalid_time_constraint'],
  [400, 'ORDER_ALREADY_DISPATCHED', 'rejected', 'nash.order_already_dispatched'],
  [400, 'ORDER_EXTERNAL_ID_REQUIRED', 'rejected', 'nash.order_external_id_required'],
  [400, 'DISALLOWED_OPERATION', 'rejected', 'nash.disallowed_operation'],
  [409, 'INVALID_STATE_TRANSITION', 'rejected', 'nash.invalid_state_transition'],
  [409, 'ALREADY_EXISTS', 'rejected', 'nash.already_exists'],
  [409, 'CONFLICT', 'rejected', 'nash.conflict'],
  [409, 'ORDER_DUPLICATE_EXTERNAL_ID', 'rejected', 'nash.order_duplicate_external_id'],
  [400, 'SOMETHING_NEW', 'rejected', 'nash.something_new'],
  [401, 'SOMETHING_NEW', 'misconfigured', 'nash.something_new'],
  [400, 'constructor', 'rejected', 'nash.constructor'],
])('%i %s is %s %s, as an object and as an array', (status, theirCode, kind, code) => {
  for (const body of [errorBody(theirCode), [errorBody(theirCode)]]) {
    expect(failureOf(reply(status, body))).toMatchObject({ kind, code });
  }
});

test('a key of another region is a matter of the settings, though it looks like an order that is not there', () => {
  const answer = reply(404, errorBody('MISSING_RESOURCE', 'API key not found'));
  expect(failureOf(answer)).toMatchObject({ kind: 'misconfigured', code: 'nash.wrong_region_or_key' });
});

test.each([
  ['a proxy’s page with a 404', reply(404, '<html>not found</html>')],
  ['a 404 of another API', reply(404, { detail: 'Not Found' })],
  ['a 200 that is a page', reply(200, '<html>ok</html>')],
  ['a 200 of another shape', reply(200, { ok: true })],
  ['a 200 without a body', reply(200, '')],
  ['a redirect', reply(302, '')],
  ['a body that was cut', reply(200, orderBody(), { truncated: true })],
  ['an empty list of errors', reply(422, [])],
])('%s is neither a success nor "not found"', (_what, answer) => {
  expect(failureOf(answer)).toMatchObject({ kind: 'transient', code: 'nash.unreadable_reply' });
});

test('a refusal without a body still says what kind it is', () => {
  expect(failureOf(reply(429, 'slow down'))).toMatchObject({ kind: 'throttled', code: 'nash.throttled' });
  expect(failureOf(reply(401, ''))).toMatchObject({ kind: 'misconfigured' });
  expect(failureOf(reply(502, '<html>'))).toMatchObject({ kind: 'transient', code: 'nash.unavailable' });
});

test('their stated delay wins; without one, no courier is worth a minute', () => {
  const asked = reply(429, errorBody('TOO_MANY_REQUESTS'), { headers: { 'retry-after': '7' } });
  expect(failureOf(asked).retryAfterMs).toBe(7_000);
  expect(failureOf(reply(429, errorBody('TOO_MANY_REQUESTS'))).retryAfterMs).toBeUndefined();
  expect(failureOf(reply(404, errorBody('NO_VALID_QUOTES'))).retryAfterMs).toBe(60_000);
  const down = reply(503, errorBody('INTERNAL_SERVER_ERROR'), { headers: { 'retry-after': '30' } });
  expect(failureOf(down).retryAfterMs).toBe(30_000);
});

test('a refusal names the fields and the request, and quotes neither values nor messages', () => {
  const fields = { dropoffPhoneNumber: "'+61400canary' is not valid", 'items.0.count': 'must be positive' };
  const body = errorBody('VALIDATION_ERRORS', "dropoffPhoneNumber '+61400canary' is not valid", { fields });
  const failure = failureOf(reply(422, body));
  expect(failure.detail).toMatchObject({
    fields: ['dropoffPhoneNumber', 'items.0.count'],
    requestId: '1-62057941-67a549bb5faa77236a03ef8d',
    status: 422,
  });
  expect(JSON.stringify([failure.message, failure.detail])).not.toContain('canary');
  expect(failure.message).toContain('dropoffPhoneNumber');
});

test.each(['Ana Canary', 'ana@canary.example', 'Ana%20Canary'])(
  'a request id that is none is left out: "%s"',
  (canary) => {
    const body = { ...errorBody('CONFLICT'), RequestID: canary };
    const failure = failureOf(reply(409, body, { headers: { 'x-request-id': canary } }));
    expect(JSON.stringify([failure.message, failure.detail])).not.toMatch(/canary/i);
  },
);

test('an error envelope is no job, whatever its status', () => {
  expect(failureOf(reply(200, errorBody('VALIDATION_ERRORS')), WireJobSchema).code).toBe('nash.unreadable_reply');
});
