import { Failure, toFailure } from '../domain/failure.ts';
import { parseRetryAfter, type Http } from '../platform/http.ts';
import type { SignatureScheme } from '../domain/endpoint.ts';
import { signAsymmetric } from '../platform/asymmetric-signature.ts';
import { digestBody } from '../platform/content-digest.ts';
import { signWebhook } from '../platform/signature.ts';
import type { SigningKey } from '../store/endpoint-secrets.ts';

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
export type SendOutcome =
  | { delivered: true; status: number; body: string }
  | { delivered: false; code: string; status: number | null; body: string | null; askedMs: number | undefined };

/** Of an answer, this much is kept for the log. */
const bodyKeptChars = 1_024;

/**
 * Sends one event once, signed by Standard Webhooks 1.0.0: the same id on every attempt, a new timestamp for each.
 * Throws only what is our own fault or our own shutdown (Failure `aborted`).
 */
export async function sendEvent(
  http: Http,
  event: EventToSend,
  { nowMs, signal, onSent }: { nowMs: number; signal: AbortSignal; onSent?: (() => void) | undefined },
): Promise<SendOutcome> {
  const timestamp = Math.floor(nowMs / 1000);
  const { eventId, body: sent } = event;
  const signers = {
    v1: (key: SigningKey) => signWebhook(key.secret, eventId, timestamp, sent),
    v1a: (key: SigningKey) => signAsymmetric(key, eventId, timestamp, sent),
  };
  const signatures = event.keys.flatMap((key) => event.schemes.map((scheme) => signers[scheme](key)));
  try {
    const reply = await http.request({
      method: 'POST',
      url: event.url,
      headers: {
        ...event.headers,
        'content-type': 'application/json',
        'content-digest': digestBody(sent),
        'webhook-id': eventId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatures.join(' '),
      },
      body: sent,
      onTooLarge: 'cut',
      signal,
      ...(onSent !== undefined && { onSent }),
    });
    const { status } = reply;
    const body = reply.text().slice(0, bodyKeptChars);
    if (status >= 200 && status < 300) return { delivered: true, status, body };
    const askedMs = parseRetryAfter(reply.headers, nowMs);
    return { delivered: false, code: `http_${status}`, status, body, askedMs };
  } catch (error) {
    const failure = error instanceof Failure ? error : toFailure(error);
    if (failure.kind === 'aborted' || failure.code === 'packline.unexpected') throw failure;
    return { delivered: false, code: failure.code, status: null, body: null, askedMs: undefined };
  }
}
