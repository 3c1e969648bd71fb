import type * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { ErrorReplySchema, fieldPathsOf, RequestIdSchema } from './wire.ts';

interface Row {
  kind: FailureKind;
  /** Instead of `nash.<their code in lower case>`. */
  code?: string;
  retryAfterMs?: number;
}

/** Providers and quotes come and go within minutes: asking again at once only spends the budget. */
const noCourier = { kind: 'transient', retryAfterMs: 60_000 } as const satisfies Row;
const rejected = { kind: 'rejected' } as const satisfies Row;
const missing = { kind: 'rejected', code: 'nash.missing' } as const satisfies Row;

/**
 * Nash's error codes ("Errors"; OpenAPI `NashErrorDetails`). The code decides and never the status alone: a 409 may be a
 * lock that is free in a moment or a conflict that stays, a 404 an order that is not there or no courier nearby.
 */
const rows: Readonly<Record<string, Row>> = {
  TOO_MANY_REQUESTS: { kind: 'throttled', code: 'nash.throttled' },

  LOCK_ACQUISITION_FAILURE: { kind: 'transient', code: 'nash.locked' },
  ORDER_LOCK_CONTENTION: { kind: 'transient', code: 'nash.locked' },
  INTERNAL_SERVER_ERROR: { kind: 'transient', code: 'nash.unavailable' },

  NO_ELIGIBLE_PROVIDERS: noCourier,
  NO_VALID_QUOTES: noCourier,
  AUTODISPATCH_FAILURE: noCourier,

  UNAUTHORIZED: { kind: 'misconfigured', code: 'nash.key_refused' },
  FORBIDDEN: { kind: 'misconfigured', code: 'nash.forbidden' },

  MISSING_RESOURCE: missing,
  NOT_FOUND: missing,
  ORDER_NOT_FOUND: missing,

  VALIDATION_ERRORS: rejected,
  BAD_REQUEST: rejected,
  INVALID_VALUE: rejected,
  INVALID_ADDRESS: rejected,
  INVALID_PHONE_NUMBER: rejected,
  INVALID_TIME_CONSTRAINT: rejected,
  INVALID_TIP: rejected,
  INVALID_OPTIONS_GROUP: rejected,
  ORDER_EXTERNAL_ID_REQUIRED: rejected,

  // What the order is already: to be looked at, not repeated.
  ALREADY_EXISTS: rejected,
  CONFLICT: rejected,
  RESOURCE_ALREADY_EXISTS: rejected,
  ORDER_DUPLICATE_EXTERNAL_ID: rejected,
  ORDER_ALREADY_DISPATCHED: rejected,
  INVALID_STATE_TRANSITION: rejected,
  DISALLOWED_OPERATION: rejected,
};

const rowOf = (theirCode: string, status: number): Row => {
  const row = rows[theirCode];
  if (row !== undefined) return row;
  if (status === 401 || status === 403) return { kind: 'misconfigured' };
  return status === 429 ? { kind: 'throttled', code: 'nash.throttled' } : rejected;
};

/** What became of one of many in a call that succeeded. Codes that are none of Nash's words are refusals of no name. */
export function toItemFailure(theirCode: string, operation: string): Failure {
  const code = theirCode.toUpperCase();
  const isWord = /^[A-Z][A-Z0-9_]{0,63}$/.test(code);
  const row: Row = isWord ? rowOf(code, 200) : rejected;
  const { kind, code: ours = isWord ? `nash.${code.toLowerCase()}` : 'nash.refused' } = row;
  const detail = { operation, ...(isWord ? { nashCode: code } : {}) };
  return makeFailure(
    kind,
    ours,
    `Nash refused ${operation}: ${isWord ? code : 'an unnamed reason'}`,
    undefined,
    detail,
  );
}

/**
 * A reply of 2xx that is what the document says, read; anything else thrown.
 * @throws Failure by the table above; `transient` `nash.unavailable` for 5xx; `transient` `nash.unreadable_reply` for
 * what is not Nash's (a proxy's page, a cut body, a 200 of another shape): never a success, never "not found".
 */
export function readReply<T extends z.ZodType>(
  reply: HttpReply,
  schema: T,
  operation: string,
  nowMs: number,
): z.infer<T> {
  const body = reply.truncated ? undefined : parseJson(reply.text());
  if (reply.status < 200 || reply.status > 299) throw toFailure(reply, body, operation, nowMs);
  const read = schema.safeParse(body);
  if (!read.success) throw unreadable(reply, operation, read.error.issues[0]?.path.join('.'));
  return read.data;
}

function toFailure(reply: HttpReply, body: unknown, operation: string, nowMs: number): Failure {
  const envelope = ErrorReplySchema.safeParse(body).data;
  const askedMs = parseRetryAfter(reply.headers, nowMs);
  const requestId = envelope?.RequestID ?? RequestIdSchema.parse(reply.headers['x-request-id']) ?? undefined;
  const facts = { operation, status: reply.status, requestId };
  if (reply.status >= 500) {
    return makeFailure('transient', 'nash.unavailable', `Nash answered ${reply.status}`, askedMs, facts);
  }
  if (envelope === undefined) {
    if (reply.status === 429) return makeFailure('throttled', 'nash.throttled', 'Nash answered 429', askedMs, facts);
    return reply.status === 401 || reply.status === 403
      ? makeFailure('misconfigured', 'nash.key_refused', `Nash answered ${reply.status}`, undefined, facts)
      : unreadable(reply, operation);
  }
  const theirCode = envelope.error.code.toUpperCase();
  const detail = { ...facts, nashCode: theirCode };
  // A key of another region or environment is a 404 of the same code as an order that is not there; only the words differ.
  if (reply.status === 404 && /api key not found/i.test(envelope.error.message ?? '')) {
    const hint = 'Nash does not know this API key here: keys belong to one region and one environment';
    return makeFailure('misconfigured', 'nash.wrong_region_or_key', hint, undefined, detail);
  }
  const { kind, code = `nash.${theirCode.toLowerCase()}`, retryAfterMs } = rowOf(theirCode, reply.status);
  // Their messages and field values may quote the customer: of both only the names of the fields are kept.
  const fields = fieldPathsOf(envelope.error.details?.['fields']);
  const said = fields.length === 0 ? theirCode : `${theirCode} (${fields.join(', ')})`;
  const message = `Nash refused ${operation}: ${said}`;
  return makeFailure(kind, code, message, askedMs ?? retryAfterMs, { ...detail, fields });
}

const unreadable = (reply: HttpReply, operation: string, path?: string): Failure =>
  makeFailure('transient', 'nash.unreadable_reply', 'The reply is not what Nash documents', undefined, {
    operation,
    status: reply.status,
    truncated: reply.truncated,
    ...(path === undefined ? {} : { path }),
  });

const makeFailure = (
  kind: FailureKind,
  code: string,
  message: string,
  retryAfterMs: number | undefined,
  detail: Record<string, unknown>,
): Failure => new Failure(kind, code, message, { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
