import { Failure, toFailure } from '../domain/failure.ts';
import { parseRetryAfter, type Http } from '../platform/http.ts';
import { signWebhook } from '../platform/signature.ts';

export interface EventToSend {
  url: string;
  /** Newest first; each signs, so that a subscriber may hold either during a rotation. */
  secrets: readonly string[];
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
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<SendOutcome> {
  const timestamp = Math.floor(nowMs / 1000);
  const signatures = event.secrets.map((secret) => signWebhook(secret, event.eventId, timestamp, event.body));
  try {
    const reply = await http.request({
      method: 'POST',
      url: event.url,
      headers: {
        'content-type': 'application/json',
        'webhook-id': event.eventId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatures.join(' '),
      },
      body: event.body,
      onTooLarge: 'cut',
      signal,
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
