import * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { ConnectorIo } from '../../io.ts';
import { exchange, makeFailure, segment, type CarrierCall, type Judge } from '../exchange.ts';
import { OAuthSession } from '../oauth-session.ts';
import type { Booking, ServiceToBook } from '../port.ts';
import type { Auth, BookCall, CancelCall, TrackCall } from './call-schema.ts';
import { genericName, textAt } from './mapper.ts';
import { toParcelValues, toValues } from './placeholders.ts';
import type { GenericSettings } from './settings.ts';
import { fillJson, fillText, type Json, type Values } from './template.ts';

/** Any document; a page of somebody in between is none. */
const DocumentSchema = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]);
/** Of a call whose answer nobody reads: nothing may come. */
const AnySchema = z.unknown();

/** What of a courier the settings describe. All throw the Failures of `exchange`. */
export class GenericClient {
  readonly #settings: GenericSettings;
  readonly #io: ConnectorIo;
  readonly #session: OAuthSession | null;

  constructor(settings: GenericSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
    this.#session = openSession(settings.auth, io);
  }

  /** @throws Failure `rejected` `generic-carrier.not_found` for an answer that says so of all numbers */
  track(call: TrackCall, numbers: readonly string[]): Promise<unknown> {
    const [first = ''] = numbers;
    const { error, statuses } = call.notFound;
    const path = call.path
      // Each number by itself, so that the separator stays one.
      .replaceAll('{trackingNumbers}', numbers.map((number) => segment(genericName, number)).join(call.separator))
      .replaceAll('{trackingNumber}', segment(genericName, first));
    const values = { trackingNumber: first, trackingNumbers: numbers };
    const judge: Judge = ({ status, body }) => {
      const word = textAt(body, error?.path);
      const isUnknown = statuses.includes(status) || (word !== null && error?.words.includes(word) === true);
      return status >= 400 && status <= 499 && body !== undefined && isUnknown ? { kind: 'rejected', code: 'not_found' } : undefined; // prettier-ignore
    };
    const body = call.body === undefined ? undefined : fillJson(call.body, values, []);
    return this.#send({ operation: 'parcel.track', method: call.method, path, body }, DocumentSchema, judge);
  }

  async book(call: BookCall, service: ServiceToBook): Promise<Booking> {
    const values = toValues(service);
    const { idempotencyHeader: header, existsStatus } = call;
    let existing: unknown;
    const judge: Judge = ({ status, body }) => {
      if (status !== existsStatus || textAt(body, call.bookingId) === null) return undefined;
      existing = body;
      return { kind: 'rejected', code: 'exists' };
    };
    const made = {
      operation: 'service.book',
      method: call.method,
      path: fillPath(call.path, values),
      body: fillJson(call.body, values, toParcelValues(service)),
      headers: header === undefined ? {} : { [header.toLowerCase()]: service.reference },
    };
    const reply = await this.#send(made, DocumentSchema, judge).catch((error: unknown) => {
      if (existing !== undefined && error instanceof Failure && error.code === `${genericName.id}.exists`)
        return existing;
      throw error;
    });
    const bookingId = textAt(reply, call.bookingId);
    // Whether it was booked is not known: sent again, the reference tells.
    if (bookingId === null) throw makeFailure(genericName, { kind: 'transient', code: 'unreadable_reply' }, 'The answer to the booking has no id', { path: call.bookingId }); // prettier-ignore
    return {
      bookingId,
      trackingNumber: textAt(reply, call.trackingNumber),
      trackingUrl: textAt(reply, call.trackingUrl),
    };
  }

  async cancel(
    call: CancelCall,
    bookingId: string,
  ): Promise<{ canceled: true } | { canceled: false; code: string; detail: string }> {
    let why: string | null = null;
    const judge: Judge = ({ status, body }) => {
      if (!call.refusedStatuses.includes(status)) return undefined;
      why = textAt(body, call.refusal);
      return { kind: 'rejected', code: 'cancel_refused' };
    };
    const values = { bookingId };
    const body = call.body === undefined ? undefined : fillJson(call.body, values, []);
    const made = { operation: 'service.cancel', method: call.method, path: fillPath(call.path, values), body };
    try {
      await this.#send(made, AnySchema, judge);
      return { canceled: true };
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== `${genericName.id}.cancel_refused`) throw error;
      return { canceled: false, code: error.code, detail: why ?? 'The carrier does not cancel it any more' };
    }
  }

  /** Checks the credentials where there is a token to ask for. */
  async test(): Promise<void> {
    await this.#session?.test();
  }

  #send<T extends z.ZodType>(
    call: Pick<CarrierCall, 'operation' | 'method'> & {
      path: string;
      body?: Json | undefined;
      headers?: Record<string, string>;
    },
    schema: T,
    judge: Judge,
  ): Promise<z.infer<T>> {
    const { auth, baseUrl } = this.#settings;
    const { operation, method, path, body, headers } = call;
    const sent = {
      operation,
      method,
      url: baseUrl + path,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...headersOf(auth),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    return this.#session === null
      ? exchange(this.#io, genericName, sent, schema, judge)
      : this.#session.send(sent, schema, judge);
  }
}

const fillPath = (path: string, values: Values): string =>
  fillText(path, values, (value) => segment(genericName, value));

function headersOf(auth: Auth): Record<string, string> {
  switch (auth.scheme) {
    case 'header':
      return { [auth.header.toLowerCase()]: auth.apiKey };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
    case 'bearer':
      return { authorization: `Bearer ${auth.accessToken}` };
    default:
      return {};
  }
}

function openSession(auth: Auth, io: ConnectorIo): OAuthSession | null {
  if (auth.scheme !== 'oauth') return null;
  const { scheme: _scheme, ...client } = auth;
  return new OAuthSession({ carrier: genericName, ...client }, io);
}
