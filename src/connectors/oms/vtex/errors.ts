import type * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { ErrorReplySchema, parseJson } from './wire.ts';

/** What a key needs (License Manager; Orders API, "Permissions" of each call). */
export const permissions = {
  viewOrder: '"View order" (product OMS)',
  changeStatus: '"Change order workflow status" (product OMS)',
  cancelOrder: '"Cancel order" (product OMS)',
  addInteraction: '"Orders Full Access" (product Checkout)',
  events: '"Feed v3 and Hook Admin" (product OMS)',
} as const;
export type Permission = keyof typeof permissions;

export interface CallInfo {
  operation: string;
  permission: Permission;
  /** The one status that says it is done; any 2xx without. */
  doneStatus?: number;
}

/** The feed guide advises to stop and wait about a minute. */
const throttledPauseMs = 60_000;

/**
 * The reply to a call that was done, read; anything else thrown. VTEX documents few of its error codes, so the status
 * decides:
 * @throws Failure `misconfigured` `vtex.key_refused` (401), `vtex.permission_missing` (403), `vtex.account_unknown` (an
 * answer that is not the API’s: a redirect, a web page in place of a refusal); `throttled` `vtex.throttled`; `transient` `vtex.unavailable`
 * (5xx) and `vtex.unreadable_reply`; `rejected` `vtex.missing` (404) or `vtex.<their code>`
 */
export function readReply<T extends z.ZodType>(reply: HttpReply, schema: T, call: CallInfo, nowMs: number): z.infer<T> {
  const { status } = reply;
  const is2xx = status >= 200 && status <= 299;
  if (!is2xx) throw toFailure(reply, call, nowMs);
  const { operation } = call;
  // A proxy in trouble sends such a page, too: it may well be gone with the next try.
  if (isWebPage(reply)) throw makeFailure('transient', 'vtex.unreadable_reply', pageCame, { operation, status });
  const read = schema.safeParse(bodyOf(reply));
  if (read.success && (call.doneStatus ?? status) === status) return read.data;
  const path = read.error?.issues[0]?.path.join('.');
  throw makeFailure('transient', 'vtex.unreadable_reply', notDocumented, { operation, status, path });
}

function toFailure(reply: HttpReply, { operation, permission }: CallInfo, nowMs: number): Failure {
  const { status, headers } = reply;
  const code = ErrorReplySchema.safeParse(bodyOf(reply)).data?.error.code;
  const detail = { operation, status, vtexCode: code };
  const asked = parseRetryAfter(headers, nowMs);
  if (status === 429) {
    return makeFailure('throttled', 'vtex.throttled', 'VTEX answered 429', detail, asked ?? throttledPauseMs);
  }
  if (status >= 500) return makeFailure('transient', 'vtex.unavailable', `VTEX answered ${status}`, detail, asked);
  if (status === 401) return makeFailure('misconfigured', 'vtex.key_refused', keyRefused, detail);
  if (status === 403) {
    const message = `The application key lacks ${permissions[permission]}: add a role that has it in the VTEX Admin`;
    return makeFailure('misconfigured', 'vtex.permission_missing', message, { ...detail, permission });
  }
  if (status < 400 || isWebPage(reply)) {
    return makeFailure('misconfigured', 'vtex.account_unknown', accountUnknown, detail);
  }
  if (status === 404) return makeFailure('rejected', 'vtex.missing', `VTEX has nothing for ${operation}`, detail);
  // Their messages may quote the order: only the code is passed on.
  const said = code ?? String(status);
  return makeFailure('rejected', `vtex.${codeOf(said)}`, `VTEX refused ${operation}: ${said}`, detail);
}

const notDocumented = 'The reply is not what VTEX documents';
const pageCame =
  'A web page came instead of an answer: something in between is in trouble, or the account name is wrong';
const keyRefused =
  'VTEX refused the application key: check key and token, and that the key is active (Account settings > Application keys)';
const accountUnknown = 'What answered is not the API of a VTEX account: check the account name';

const bodyOf = (reply: HttpReply): unknown => (reply.truncated ? undefined : parseJson(reply.text()));
const isWebPage = (reply: HttpReply): boolean =>
  /\bhtml\b/i.test(reply.headers['content-type'] ?? '') ||
  /^\s*<(?:!doctype|html)\b/i.test(new TextDecoder().decode(reply.body.subarray(0, 200)));
const codeOf = (said: string): string => said.toLowerCase().replace(/[^a-z0-9]+/g, '_');

export const isMissing = (error: unknown): boolean => error instanceof Failure && error.code === 'vtex.missing';
export const isStatus = (error: unknown, status: number): error is Failure =>
  error instanceof Failure && error.detail['status'] === status;

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
