import { failureOf, failureOfStatus, type AttemptFailure } from '../domain/delivery-failure.ts';
import type { SignatureScheme } from '../domain/endpoint.ts';
import { Failure, toFailure } from '../domain/failure.ts';
import { signAsymmetric } from '../platform/asymmetric-signature.ts';
import { digestBody } from '../platform/content-digest.ts';
import {
  parseRetryAfter,
  parseUsedUpQuota,
  type ExchangeTimings,
  type Http,
  type HttpReply,
} from '../platform/http.ts';
import { traceHeadersFor, withSpan } from '../platform/trace.ts';
import { signWebhook } from '../platform/signature.ts';
import type { AttemptExchange } from '../store/delivery-attempts.ts';
import type { SigningKey } from '../store/endpoint-secrets.ts';
import { keptHeaders, maskHeaders } from './shown-headers.ts';

export interface EventToSend {
  url: string;
  /** Newest first; each signs in every scheme, so that a subscriber may hold any of them during a rotation. */
  keys: readonly SigningKey[];
  schemes: readonly SignatureScheme[];
  /** Of the merchant's own; what is ours stands above them. */
  headers: Readonly<Record<string, string>>;
  eventId: string;
  body: string;
}

/** What came of one attempt. Everything but 2xx is a failure; redirects are answers, and never followed. */
export interface SendOutcome {
  /** Null: it was delivered. */
  failure: AttemptFailure | null;
  /** `delivered`, `http_500`, or the code of what went wrong before there was an answer. */
  code: string;
  /** `retryAfterMs` may stand with a good answer, too: its quota is used up. */
  exchange: AttemptExchange;
}

/** A connection that is refused sooner than this is tried once more within the same attempt. */
const refusedWithinMs = 1_000;

/** Of an answer, this much is kept for the log. */
const bodyKeptChars = 1_024;

/**
 * Sends one event once, signed by Standard Webhooks 1.0.0: the same id on every attempt, a new timestamp for each.
 * Throws what is our own fault or our own shutdown: that is no attempt.
 */
export async function sendEvent(
  http: Http,
  event: EventToSend,
  { nowMs, signal, onSent }: { nowMs: number; signal: AbortSignal; onSent?: (() => void) | undefined },
): Promise<SendOutcome> {
  const headers = makeHeaders(event, Math.floor(nowMs / 1000));
  let timings: ExchangeTimings | undefined;
  const exchangeOf = (reply: HttpReply | null): AttemptExchange => ({
    requestHeaders: maskHeaders(headers, event.headers),
    responseStatus: reply?.status ?? null,
    responseHeaders: reply && keptHeaders(reply.headers),
    responseBody: reply && reply.text().slice(0, bodyKeptChars),
    retryAfterMs: (reply && readAsked(reply, nowMs)) ?? null,
    timings: timings ?? { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 },
  });
  const post = (): Promise<HttpReply> =>
    withSpan({ name: 'deliver event', kind: 'client' }, () =>
      http.request({
        method: 'POST',
        url: event.url,
        headers: { ...headers, ...traceHeadersFor('subscribers') },
        body: event.body,
        onTooLarge: 'cut',
        signal,
        onEnd: (ended) => (timings = ended),
        ...(onSent !== undefined && { onSent }),
      }),
    );
  try {
    const beganMs = performance.now();
    const reply = await post().catch((error: unknown) => {
      // Nobody took the connection, so nothing was sent: as a rule somebody is being restarted.
      const isRefusal = error instanceof Failure && error.code === 'http.connect';
      if (!isRefusal || performance.now() - beganMs >= refusedWithinMs || signal.aborted) throw error;
      return post();
    });
    const { status } = reply;
    if (isGood(status)) return { failure: null, code: 'delivered', exchange: exchangeOf(reply) };
    return { failure: failureOfStatus(status), code: `http_${status}`, exchange: exchangeOf(reply) };
  } catch (error) {
    const thrown = error instanceof Failure ? error : toFailure(error);
    const failure = failureOf(thrown);
    if (failure === 'ours') throw asOurs(thrown);
    return { failure, code: thrown.code, exchange: exchangeOf(null) };
  }
}

const isGood = (status: number): boolean => status >= 200 && status < 300;

/** `Retry-After` of a good answer is about something else. */
const readAsked = ({ status, headers }: HttpReply, nowMs: number): number | undefined =>
  isGood(status) ? parseUsedUpQuota(headers, nowMs) : parseRetryAfter(headers, nowMs);

function makeHeaders(
  { keys, schemes, headers, eventId, body }: EventToSend,
  timestamp: number,
): Record<string, string> {
  const signers = {
    v1: (key: SigningKey) => signWebhook(key.secret, eventId, timestamp, body),
    v1a: (key: SigningKey) => signAsymmetric(key, eventId, timestamp, body),
  };
  const signatures = keys.flatMap((key) => schemes.map((scheme) => signers[scheme](key)));
  return {
    ...headers,
    'content-type': 'application/json',
    'content-digest': digestBody(body),
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * A URL that was allowed when it was written and is not any more: somebody changes the settings, or mends them, so that it is
 * tried again before it is given to a person.
 */
function asOurs(failure: Failure): Failure {
  if (!failure.code.startsWith('egress.')) return failure;
  const { code, message, detail } = failure;
  return new Failure('transient', code, `the settings of this installation no longer allow the URL: ${message}`, {
    cause: failure,
    detail,
  });
}
