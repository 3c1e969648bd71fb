import type * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { ErrorReplySchema, parseJson } from './wire.ts';

/** What a key needs for each family of calls (License Manager). */
export const resources = {
  orders: '"View order" and "Change order workflow status" (product OMS)',
  events: '"Feed v3 and Hook Admin" (product OMS)',
} as const;
export type Resource = keyof typeof resources;

/** The feed guide advises to stop and wait about a minute. */
const throttledPauseMs = 60_000;

/**
 * A reply of 2xx, read; anything else thrown. VTEX documents few of its error codes, so the status decides:
 * @throws Failure `misconfigured` `vtex.key_refused` (401), `vtex.permission_missing` (403), `vtex.account_unknown` (an
 * answer that is not the API's: a redirect, a web page); `throttled` `vtex.throttled`; `transient` `vtex.unavailable`
 * (5xx) and `vtex.unreadable_reply`; `rejected` `vtex.missing` (404) or `vtex.<their code>`
 */
export function readReply<T extends z.ZodType>(
  reply: HttpReply,
  schema: T,
  call: { operation: string; resource: Resource },
  nowMs: number,
): z.infer<T> {
  const body = reply.truncated || reply.body.length === 0 ? undefined : parseJson(reply.text());
  if (reply.status < 200 || reply.status > 299) throw toFailure(reply, body, call, nowMs);
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw makeFailure('transient', 'vtex.unreadable_reply', 'The reply is not what VTEX documents', {
    ...call,
    status: reply.status,
    path: read.error.issues[0]?.path.join('.'),
  });
}

function toFailure(
  reply: HttpReply,
  body: unknown,
  { operation, resource }: { operation: string; resource: Resource },
  nowMs: number,
): Failure {
  const { status, headers } = reply;
  const code = ErrorReplySchema.safeParse(body).data?.error.code;
  const detail = { operation, status, vtexCode: code };
  const asked = parseRetryAfter(headers, nowMs);
  if (status === 429) {
    return makeFailure('throttled', 'vtex.throttled', 'VTEX answered 429', detail, asked ?? throttledPauseMs);
  }
  if (status >= 500) return makeFailure('transient', 'vtex.unavailable', `VTEX answered ${status}`, detail, asked);
  if (status === 401) return makeFailure('misconfigured', 'vtex.key_refused', keyRefused, detail);
  if (status === 403) {
    const message = `The application key lacks ${resources[resource]}: add a role that has it in the VTEX Admin`;
    return makeFailure('misconfigured', 'vtex.permission_missing', message, { ...detail, resource });
  }
  if (status < 400 || (status === 404 && code === undefined && !isJson(headers))) {
    return makeFailure('misconfigured', 'vtex.account_unknown', accountUnknown, detail);
  }
  if (status === 404) return makeFailure('rejected', 'vtex.missing', `VTEX has nothing for ${operation}`, detail);
  // Their messages may quote the order: only the code is passed on.
  const said = code === undefined || code === '' ? String(status) : code;
  return makeFailure('rejected', `vtex.${codeOf(said)}`, `VTEX refused ${operation}: ${said}`, detail);
}

const keyRefused =
  'VTEX refused the application key: check key and token, and that the key is active (Account settings > Application keys)';
const accountUnknown = 'What answered is not the API of a VTEX account: check the account name';

const isJson = (headers: Record<string, string>): boolean => /\bjson\b/i.test(headers['content-type'] ?? '');
const codeOf = (said: string): string =>
  said
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 60);

export const isMissing = (error: unknown): boolean => error instanceof Failure && error.code === 'vtex.missing';

const makeFailure = (
  kind: FailureKind,
  code: string,
  message: string,
  detail: Record<string, unknown>,
  retryAfterMs?: number,
): Failure =>
  new Failure(kind, code, message, {
    detail: Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined)),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
