import type * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { ErrorReplySchema, parseJson } from './wire.ts';

/** What a key needs (License Manager; Orders API, "Permissions" of each call). */
export const permissions = {
  viewOrder: '"View order" (product OMS)',
  listOrders: '"List Orders" (product OMS)',
  changeStatus: '"Change order workflow status" (product OMS)',
  cancelOrder: '"Cancel order" (product OMS)',
  changeOrder: '"Change order" (product OMS)',
  notifyInvoice: '"Notify invoice" (product OMS)',
  addInteraction: '"Orders Full Access" (product Checkout)',
  events: '"Feed v3 and Hook Admin" (product OMS)',
  readCatalog: '"Product and SKU Management" (product Catalog)',
  readPrices: '"Read prices" (product Pricing)',
  readStock: '"Logistics inventory read only" (product Logistics)',
} as const;
export type Permission = keyof typeof permissions;

export interface CallInfo {
  operation: string;
  permission: Permission;
  /** The one status that says it is done; any 2xx without. */
  doneStatus?: number;
}

/**
 * Codes of changes and invoices that say more than their status (Order modifications, error codes), by what they mean. With
 * which status they come, VTEX does not say. All others keep their own name: `vtex.chk0022`.
 */
const knownCodes = new Map<string, { kind: FailureKind; code: string; retryAfterMs?: number }>([
  // "There is already a change in progress": over in seconds, or it got stuck and somebody has to end it.
  ['SalesOrderSystem014', { kind: 'transient', code: 'change_in_progress', retryAfterMs: 10_000 }],
  ['SalesOrderSystem015', { kind: 'rejected', code: 'changes_mixed' }], // versions 1 and 2 on one order
  ['SalesOrderSystem046', { kind: 'rejected', code: 'order_invoiced' }],
  ['SalesOrderSystem008', { kind: 'rejected', code: 'order_canceled' }],
  ['SalesOrderSystem010', { kind: 'rejected', code: 'change_item_unknown' }],
  ['SalesOrderSystem011', { kind: 'rejected', code: 'change_quantity_refused' }],
  ['SalesOrderSystem017', { kind: 'rejected', code: 'change_given_up' }], // canceled by VTEX after its retries
  ['SalesOrderSystem026', { kind: 'rejected', code: 'change_item_ambiguous' }], // uniqueId is needed
  ['SalesOrderSystem055', { kind: 'rejected', code: 'change_unit_differs' }],
  ['CHK0124', { kind: 'rejected', code: 'state_refuses_change' }],
  ['CHK0201', { kind: 'rejected', code: 'missing' }],
  // "The order must be invoiced": a state, though it comes as a 404. Documented for Pick and Pack's call to the same end.
  ['ORA0001B', { kind: 'transient', code: 'not_invoiced', retryAfterMs: 60_000 }],
]);

/** The feed guide advises to stop and wait about a minute. */
const throttledPauseMs = 60_000;

/**
 * The reply to a call that was done, read; anything else thrown. VTEX documents few of its error codes, so the status
 * decides:
 * @throws Failure `misconfigured` `vtex.key_refused` (401), `vtex.permission_missing` (403), `vtex.account_unknown` (an
 * answer that is not the API’s: a redirect, a web page in place of a refusal); `throttled` `vtex.throttled`; `transient` `vtex.unavailable`
 * (5xx) and `vtex.unreadable_reply`; `rejected` `vtex.missing` (404) or `vtex.<their code>`; what `knownCodes` says
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
  const known = status === 401 || status === 403 ? undefined : knownCodes.get(code ?? '');
  if (known !== undefined) {
    const pause = asked ?? known.retryAfterMs;
    return makeFailure(known.kind, `vtex.${known.code}`, `VTEX refused ${operation}: ${code}`, detail, pause);
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
/** Null for "not there" (`vtex.missing`), which a refused key or a web page never is. */
export async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

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
