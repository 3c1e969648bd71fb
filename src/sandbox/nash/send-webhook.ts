import { Agent, request } from 'undici';
import { signWebhook } from '../../platform/signature.ts';

/** How one attempt ended and what follows from it. */
export interface WebhookOutcome {
  status: 'success' | 'fail';
  /** Null when nobody answered. */
  responseStatusCode: number | null;
  responseDurationMs: number;
  /** The beginning of what they said. */
  response: string;
  retries: boolean;
  disables: boolean;
}

interface WebhookRequest {
  url: string;
  secret: string;
  id: string;
  body: string;
  nowMs: number;
  signal: AbortSignal;
}

/** Svix's own patience. */
const timeoutMs = 15_000;
const agent = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, keepAliveTimeout: 1_000 });

/**
 * One signed attempt. A 2xx is a success. Retried: no answer, 5xx, 408, 409, 429; never another 4xx. The receiver may
 * end it with the header `webhook-delivery: abort-message` or `disable`, and disables the endpoint with a 410.
 */
export async function sendWebhook({ url, secret, id, body, nowMs, signal }: WebhookRequest): Promise<WebhookOutcome> {
  const timestamp = Math.floor(nowMs / 1000);
  const signature = signWebhook(secret, id, timestamp, body);
  const startedAt = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startedAt);
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Svix-Webhooks/1.0 (packline sandbox)',
        'svix-id': id,
        'svix-timestamp': String(timestamp),
        'svix-signature': signature,
      },
      body,
      signal,
    });
    const { statusCode } = answer;
    const response = (await answer.body.text()).slice(0, 1000);
    const control = answer.headers['webhook-delivery'];
    const isSuccess = statusCode >= 200 && statusCode <= 299;
    return {
      status: isSuccess ? 'success' : 'fail',
      responseStatusCode: statusCode,
      responseDurationMs: elapsedMs(),
      response,
      retries: !isSuccess && isRetried(statusCode) && control === undefined,
      disables: statusCode === 410 || control === 'disable',
    };
  } catch (error) {
    signal.throwIfAborted();
    const response = error instanceof Error ? error.message : String(error);
    return {
      status: 'fail',
      responseStatusCode: null,
      responseDurationMs: elapsedMs(),
      response,
      retries: true,
      disables: false,
    };
  }
}

const isRetried = (status: number): boolean => status >= 500 || [408, 409, 429].includes(status);
