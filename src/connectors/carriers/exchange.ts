import type * as z from 'zod';
import { Failure, type FailureKind } from '../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../platform/http.ts';
import type { ConnectorCall, ConnectorIo } from '../io.ts';
import { parseJson } from './wire-values.ts';

/** A carrier's id and the name that people know. */
export interface CarrierName {
  id: string;
  title: string;
}

export type CarrierCall = Pick<ConnectorCall, 'operation' | 'method' | 'url' | 'headers' | 'body'> & {
  budget?: string;
};

export interface Refusal {
  kind: FailureKind;
  /** Without the carrier's id in front. */
  code: string;
  retryAfterMs?: number | undefined;
}

/** What a carrier's own codes make of a reply; undefined where the HTTP status says it all. Bodies may be anything. */
export type Judge = (reply: { status: number; body: unknown; headers: HttpReply['headers'] }) => Refusal | undefined;

const parcelBytesMax = 4 * 1024 * 1024;
const defaultBudget = 'default';

/**
 * One call, read by the schema. A 429 rests the budget for all who share it.
 * @throws Failure by `judge`, else by the status; `transient` `<carrier>.unreadable_reply` for what is not the carrier's (a
 * proxy's page, a cut body, a 200 of another shape): never a success, never "not found".
 */
export async function exchange<T extends z.ZodType>(
  io: ConnectorIo,
  carrier: CarrierName,
  { budget = defaultBudget, headers, ...call }: CarrierCall,
  schema: T,
  judge: Judge = () => undefined,
): Promise<z.infer<T>> {
  const sent = { accept: 'application/json', ...headers };
  const reply = await io.call({ ...call, budget, headers: sent, replyBytesMax: parcelBytesMax });
  const body = reply.truncated ? undefined : parseJson(reply.text());
  const refusal = judge({ status: reply.status, body, headers: reply.headers }) ?? refusalOf(reply.status, body);
  const read = refusal === undefined ? schema.safeParse(body) : undefined;
  if (read?.success === true) return read.data;
  const { kind, code, retryAfterMs } = refusal ?? unreadable;
  const waitMs = parseRetryAfter(reply.headers, io.nowMs()) ?? retryAfterMs;
  if (kind === 'throttled') await io.throttled(budget, waitMs);
  throw makeFailure(carrier, { kind, code, retryAfterMs: waitMs }, `${carrier.title} answered ${reply.status}`, {
    operation: call.operation,
    status: reply.status,
    ...(read?.error === undefined ? {} : { path: read.error.issues[0]?.path.join('.') }),
  });
}

const unreadable: Refusal = { kind: 'transient', code: 'unreadable_reply' };

function refusalOf(status: number, body: unknown): Refusal | undefined {
  if (status >= 200 && status <= 299) return undefined;
  if (status === 429) return { kind: 'throttled', code: 'throttled' };
  if (status >= 500) return { kind: 'transient', code: 'unavailable' };
  if (status === 401) return { kind: 'misconfigured', code: 'key_refused' };
  if (status === 403) return { kind: 'misconfigured', code: 'forbidden' };
  // A redirect, or a page of somebody in between.
  if (status < 400 || body === undefined) return unreadable;
  return { kind: 'rejected', code: status === 404 ? 'not_found' : 'refused' };
}

/** Their messages are not passed on: they may quote what was asked. */
export const makeFailure = (
  { id }: CarrierName,
  { kind, code, retryAfterMs }: Refusal,
  message: string,
  detail: Record<string, unknown> = {},
): Failure =>
  new Failure(kind, `${id}.${code}`, message, { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

/** Which failures are about the one number that was asked for. The rest would meet the next number, too. */
export const isAboutNumber = (error: unknown): error is Failure =>
  error instanceof Failure && (error.kind === 'rejected' || error.kind === 'malformed');

export const isNotFound = (error: unknown): boolean =>
  error instanceof Failure && error.kind === 'rejected' && error.code.endsWith('.not_found');

/** One segment of a path. `.` and `..` cannot be one, escaped or not: URL parsers resolve them (WHATWG URL, 4.4). */
export function segment(carrier: CarrierName, text: string): string {
  if (text !== '' && text !== '.' && text !== '..' && text.isWellFormed()) return encodeURIComponent(text);
  throw makeFailure(carrier, { kind: 'rejected', code: 'number_unusable' }, 'This number cannot be written in a URL');
}

/** Who carries the parcel, for aggregators that do not guess. */
export function carrierOf(
  name: CarrierName,
  { carrier }: { carrier?: string | undefined },
  settings: { carrier?: string | undefined },
): string {
  const known = carrier ?? settings.carrier;
  if (known !== undefined) return known;
  throw makeFailure(name, { kind: 'rejected', code: 'carrier_missing' }, `${name.title} must be told who carries it`);
}
