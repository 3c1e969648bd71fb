import type * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { parseJson, readError, type ErrorReply } from './wire.ts';

interface Row {
  kind: FailureKind;
  code: string;
  retryAfterMs?: number;
}

/** A fresh one, by now: see session.ts. */
const expired = { kind: 'transient', code: 'token_expired' } as const satisfies Row;
const missing = { kind: 'rejected', code: 'not_found' } as const satisfies Row;
const noAccess = { kind: 'rejected', code: 'no_access' } as const satisfies Row;
const queryMissing = { kind: 'rejected', code: 'order_id_missing' } as const satisfies Row;
/** An invoice is made by people or an ERP: in minutes at best. */
const notInvoicedPauseMs = 10 * 60_000;

/**
 * VTEX's error codes: the OpenAPI document's, and the legacy guide's four numbers. The code decides and never the status
 * alone: a 403 may be a token that ran out or an order of somebody else, a 404 an order that lacks its invoice.
 */
const rows: Readonly<Record<string, Row>> = {
  EXPIRED_TOKEN: expired,

  SHR0007B: noAccess, // "You do not have access to this order", worksheets included; unknown orders too: no 404 is documented
  SHP0002B: noAccess, // this shipment
  SHP0003B: noAccess, // this order's shipments
  FAC0002B: noAccess, // this facility

  WORK0001B: missing, // worksheet
  FAC0001B: missing, // facility
  TRP0005E: missing, // shipment

  ORA0001B: { kind: 'transient', code: 'not_invoiced', retryAfterMs: notInvoicedPauseMs }, // 404 "The order must be invoiced"
  GEN0001B: queryMissing,
  ORD0001B: queryMissing,

  '1000': { kind: 'misconfigured', code: 'token_refused' }, // 401, in the words "Internal server"
  '1001': missing, // 404
  '1002': missing, // 400 "Order not found by"
  '1003': { kind: 'transient', code: 'unavailable' },
};

/** Whether a new token may help: 401, or a 403 that says so. Any other 403 is about what was asked for. */
export const isExpired = (reply: HttpReply): boolean =>
  reply.status === 401 || (reply.status === 403 && saysExpired(errorOf(reply)));

/** The gateway's code; Last Mile's has none, and the words "Authentication token expired". */
const saysExpired = (error: ErrorReply | undefined): boolean =>
  error?.code === undefined ? /expired/i.test(error?.message ?? '') : error.code === 'EXPIRED_TOKEN';

/**
 * A reply of 2xx that is what the document says, read; anything else thrown.
 * @throws Failure by the table above; `transient` `vtex-pick-and-pack.unavailable` for 5xx; `transient`
 * `vtex-pick-and-pack.unreadable_reply` for what is not VTEX's (a proxy's page, a cut body, a 200 of another shape): never a
 * success, never "not found".
 */
export function readReply<T extends z.ZodType>(
  reply: HttpReply,
  schema: T,
  operation: string,
  nowMs: number,
): z.infer<T> {
  if (reply.status < 200 || reply.status > 299) throw toFailure(reply, operation, nowMs);
  const read = schema.safeParse(reply.truncated ? undefined : parseJson(reply.text()));
  if (read.success) return read.data;
  throw makeFailure(unreadable, 'The reply is not what VTEX documents', {
    operation,
    status: reply.status,
    path: read.error.issues[0]?.path.join('.'),
  });
}

function toFailure(reply: HttpReply, operation: string, nowMs: number): Failure {
  const error = errorOf(reply);
  const row = rowOf(reply.status, error);
  const { code: vtexCode, requestId } = error ?? {};
  const said = vtexCode === undefined ? String(reply.status) : `${reply.status} ${vtexCode}`;
  return makeFailure(
    { ...row, retryAfterMs: parseRetryAfter(reply.headers, nowMs) ?? row.retryAfterMs },
    `VTEX Pick and Pack answered ${operation} with ${said}`,
    { operation, status: reply.status, vtexCode, requestId },
  );
}

const unreadable = { kind: 'transient', code: 'unreadable_reply' } as const satisfies Row;

function rowOf(status: number, error: ErrorReply | undefined): Row {
  if (status === 429) return { kind: 'throttled', code: 'throttled' };
  if (status >= 500) return { kind: 'transient', code: 'unavailable' };
  if (status === 401) return { kind: 'misconfigured', code: 'token_refused' };
  const { code, message = '' } = error ?? {};
  const row = code !== undefined && Object.hasOwn(rows, code) ? rows[code] : undefined;
  if (row !== undefined) return row;
  // A code of theirs (`AAAnnnnB`) speaks of what was asked for; anything else is about who asks.
  if (status === 403 && !/^[A-Z]{3,4}\d{4}[A-Z]$/.test(code ?? '')) {
    return saysExpired(error) ? expired : { kind: 'misconfigured', code: 'forbidden' };
  }
  if (status === 404 && code !== undefined) return missing;
  // The guide gives the legacy errors' words, and not where in the body their numbers are.
  if ((status === 404 || status === 400) && /(order|resource).*not found/i.test(message)) return missing;
  return code === undefined ? unreadable : { kind: 'rejected', code: code.toLowerCase() };
}

const errorOf = (reply: HttpReply): ErrorReply | undefined => (reply.truncated ? undefined : readError(reply.text()));

/** Their messages are not passed on: only codes and the ids of requests. */
export const makeFailure = (
  { kind, code, retryAfterMs }: { kind: FailureKind; code: string; retryAfterMs?: number | undefined },
  message: string,
  detail: Record<string, unknown>,
): Failure =>
  new Failure(kind, `vtex-pick-and-pack.${code}`, message, {
    detail: Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined)),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
