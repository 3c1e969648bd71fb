import type * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { ErrorReplySchema, parseJson } from './wire.ts';

interface Row {
  kind: FailureKind;
  code: string;
}

/** By what VTEX answers; the one code that it documents is that of a service which is not there. */
function rowOf(status: number, code: string | null | undefined, isTheirs: boolean): Row {
  if (code === 'TRP0005E') return { kind: 'rejected', code: 'service_not_found' }; // 404 "Service not found"
  if (status === 429) return { kind: 'throttled', code: 'throttled' };
  if (status >= 500) return { kind: 'transient', code: 'unavailable' };
  if (status === 401 || status === 403) return { kind: 'misconfigured', code: 'token_refused' }; // a fresh one, by now
  if (isTheirs && status >= 400) return { kind: 'rejected', code: 'refused' };
  return unreadable;
}
const unreadable: Row = { kind: 'transient', code: 'unreadable_reply' };

/** 401 "Unauthorized", 403 "Invalid token" or "Authentication token expired": a new token may help with each. */
export const isExpired = ({ status }: HttpReply): boolean => status === 401 || status === 403;

/** @throws Failure by the table above; what is not VTEX's (a proxy's page, a cut body) is `transient`, never a success. */
export function readReply<T extends z.ZodType>(
  reply: HttpReply,
  schema: T,
  operation: string,
  nowMs: number,
): z.infer<T> {
  const body = reply.truncated ? undefined : parseJson(reply.text());
  const isGood = reply.status >= 200 && reply.status <= 299;
  const read = isGood ? schema.safeParse(body) : undefined;
  if (read?.success === true) return read.data;
  const error = ErrorReplySchema.safeParse(body).data;
  const row = isGood ? unreadable : rowOf(reply.status, error?.code, typeof error?.message === 'string');
  const requestId = /^[\w.:-]{1,100}$/.exec(error?.requestId ?? '')?.[0];
  throw makeFailure(row, `VTEX Last Mile answered ${operation} with ${reply.status}`, {
    detail: { operation, status: reply.status, ...(requestId === undefined ? {} : { requestId }) },
    retryAfterMs: parseRetryAfter(reply.headers, nowMs),
  });
}

/** Their messages are not passed on. */
export const makeFailure = (
  { kind, code }: Row,
  message: string,
  { detail = {}, retryAfterMs }: { detail?: Record<string, unknown>; retryAfterMs?: number | undefined } = {},
): Failure =>
  new Failure(kind, `vtex-last-mile.${code}`, message, {
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
