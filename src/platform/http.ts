import { Agent } from 'undici';
import { Failure } from '../domain/failure.ts';
import { noPhases, watchDials, type DialPhases } from './dial-phases.ts';
import { dialTimeoutMs, type Egress } from './egress.ts';
import { startExchange } from './http-exchange.ts';
import { toHttpFailure } from './http-failure.ts';
import { readReplyBody } from './http-reply-body.ts';
import { readUsedUpQuota } from './rate-limit.ts';
import { rememberByText } from './remember.ts';

/** Deadlines of one exchange, in milliseconds. After them its socket is closed and nothing of it goes on. */
export interface HttpTimeouts {
  /** Until the request goes out: resolving, dialling, TLS. At most `dialTimeoutMs`. Default 3,000. */
  connectMs: number;
  /** From the request going out until the final status and headers are here. Default 10,000. */
  headersMs: number;
  /** The whole, the body's last byte included. Default 15,000. */
  totalMs: number;
}

const timeoutDefaults: HttpTimeouts = { connectMs: 3_000, headersMs: 10_000, totalMs: 15_000 };
const replyBytesMaxDefault = 65_536;
/** Holds nothing from one reply to the next. */
const utf8 = new TextDecoder();

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Checked by the egress guard, when written here and when dialled. */
  url: string;
  /** `host` is not allowed: it would decide which name the certificate must bear. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  timeouts?: Partial<HttpTimeouts>;
  /** Of the decoded reply. Default 65,536. */
  replyBytesMax?: number;
  /** A longer reply is an error, or cut at `replyBytesMax`. Default `fail`. */
  onTooLarge?: 'fail' | 'cut';
  signal?: AbortSignal;
  /** Called when its first byte is about to go out. */
  onSent?: () => void;
  /** Called once at its end, whatever came of it. */
  onEnd?: (timings: ExchangeTimings) => void;
}

/** How long each phase of an exchange took (ms); null for one that was not reached, or not needed on an open socket. */
export interface ExchangeTimings extends DialPhases {
  /** From the request going out until the headers of the answer are here. */
  firstByteMs: number | null;
  totalMs: number;
}

/** What the other side said; whether that is good is for the caller to say. */
export interface HttpReply {
  status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  headers: Record<string, string>;
  /** Decoded, if it was encoded. */
  body: Uint8Array;
  /** `body` as UTF-8, without the byte order mark that JSON.parse would choke on. */
  text(): string;
  truncated: boolean;
  /** Milliseconds since the start at which the request went out, the headers were here, and the whole was. */
  timings: { sentMs: number; headersMs: number; totalMs: number };
}

export interface Http {
  /**
   * One exchange; redirects are replies like any other and never followed. Every Failure bears `detail.requestSent`:
   * false when the other side cannot have seen the request, true when it may have acted on it.
   * @throws Failure `transient` `http.dns`, `http.connect`, `http.tls`, `http.timeout_connect`, `http.timeout_headers`,
   * `http.timeout`, `http.reset` or `http.garbage`; `malformed` `http.too_large`; `misconfigured` `http.request_invalid`;
   * `aborted` `http.aborted` or `http.closed`; `rejected` `egress.*`
   */
  request(request: HttpRequest): Promise<HttpReply>;
  /** Takes no more requests; resolves when those under way have ended, which their deadlines see to. */
  close(): Promise<void>;
}

/**
 * The one way out of Packline over HTTP, over undici's own Agent: global fetch is another copy of undici and does not work
 * with it, follows redirects with signatures and API keys, and inflates replies without bound.
 *
 * In tests nock 15 can stand in for a partner: it takes the place of the sockets, so nothing is resolved or dialled and a
 * plain `createEgress({ allow: [] })` will do (test/platform/http-nock.test.ts). With nock every connection seems to
 * succeed at once, so failures to connect are for servers on loopback.
 */
export function createHttp({ egress, userAgent }: { egress: Egress; userAgent: string }): Http {
  // undici's own timers are coarse and start anew with every chunk, so they are off; ours cover the whole.
  const connect = watchDials(egress.connect, () => dialling);
  const agent = new Agent({ connect, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  /** Of the exchange that is being started, while it is. */
  let dialling: DialPhases | undefined;

  /** What is allowed is settled with the process: of a URL that comes again the answer is known. It is dialled only where checked anew. */
  const targets = rememberByText<ReturnType<typeof toTarget>>(1_000);
  const underWay = new Set<Promise<HttpReply>>();
  let isClosed = false;

  async function exchange(options: HttpRequest): Promise<HttpReply> {
    const { method, body = null, signal, replyBytesMax = replyBytesMaxDefault, onTooLarge = 'fail' } = options;
    const timeouts = { ...timeoutDefaults, ...options.timeouts };
    const startedAt = performance.now();
    const elapsedMs = (): number => Math.round(performance.now() - startedAt);
    let end: (reason: Failure) => void = () => undefined;
    const endAfter = (ms: number, code: string, message: string): NodeJS.Timeout =>
      setTimeout(() => end(new Failure('transient', code, `${message} within ${ms} ms`)), ms);
    const onAbort = (): void => end(aborted(signal?.reason));

    let host = '';
    let sentMs: number | undefined;
    let headersMs: number | undefined;
    const phases = noPhases();
    let totalTimer: NodeJS.Timeout | undefined;
    let phaseTimer: NodeJS.Timeout | undefined;
    const onSent = (): void => {
      sentMs = elapsedMs();
      options.onSent?.();
      clearTimeout(phaseTimer);
      phaseTimer = endAfter(timeouts.headersMs, 'http.timeout_headers', 'No reply');
    };
    try {
      if (isClosed) throw new Failure('aborted', 'http.closed', 'The HTTP client is closed');
      if (signal?.aborted) throw aborted(signal.reason);
      const { origin, host: named, path } = targets(options.url, () => toTarget(egress.check(options.url)));
      host = named;
      const headers = makeHeaders(userAgent, options.headers);
      dialling = phases;
      const started = startExchange(agent, { origin, path, method, headers, body }, onSent);
      dialling = undefined;
      end = started.end;
      totalTimer = endAfter(timeouts.totalMs, 'http.timeout', 'The exchange did not end');
      // On an open socket it has gone out by now.
      if (sentMs === undefined) {
        phaseTimer = endAfter(Math.min(timeouts.connectMs, dialTimeoutMs), 'http.timeout_connect', 'No connection');
      }
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      const reply = await started.reply;
      clearTimeout(phaseTimer);
      headersMs = elapsedMs();
      const { bytes, truncated } = await readReplyBody(reply, { bytesMax: replyBytesMax, onTooLarge });
      return {
        status: reply.status,
        headers: reply.headers,
        body: bytes,
        text: () => utf8.decode(bytes),
        truncated,
        timings: { sentMs: sentMs ?? headersMs, headersMs, totalMs: elapsedMs() },
      };
    } catch (thrown) {
      throw toHttpFailure(thrown, sentMs !== undefined, host);
    } finally {
      clearTimeout(phaseTimer);
      clearTimeout(totalTimer);
      signal?.removeEventListener('abort', onAbort);
      const firstByteMs = headersMs === undefined || sentMs === undefined ? null : headersMs - sentMs;
      options.onEnd?.({ ...phases, firstByteMs, totalMs: elapsedMs() });
    }
  }

  return {
    async request(options) {
      const reply = exchange(options);
      underWay.add(reply);
      try {
        return await reply;
      } finally {
        underWay.delete(reply);
      }
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(underWay);
      // Its own close() would wait for sockets that are still dialling for nobody.
      await agent.destroy();
    },
  };
}

const toTarget = ({ origin, host, pathname, search }: URL) => ({ origin, host, path: pathname + search });

/** Ours first; the caller's win, except that no caller names another host than the URL's. */
function makeHeaders(userAgent: string, given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = value;
  if (!('host' in headers)) return headers;
  throw new Failure('misconfigured', 'http.request_invalid', 'The header "host" is not for callers to set');
}

const aborted = (reason: unknown): Failure =>
  new Failure('aborted', 'http.aborted', 'The exchange was called off', { cause: reason });

/** What is asked beyond this is a mistake of theirs, and would park work for longer than anyone looks. */
const retryAfterMaxMs = 24 * 3_600_000;
/** RFC 9110, 5.6.7: IMF-fixdate and the obsolete RFC 850 form. `Date.parse` alone would read a date into "retry 5". */
const httpDatePattern = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, .+ GMT$/;

/**
 * How long the other side asks us to wait, in milliseconds from `nowMs`: `Retry-After` as seconds or HTTP date (RFC 9110,
 * 10.2.3; Shopify writes `2.0`), else until a used-up quota is there again (rate-limit.ts). A time gone by is 0, more than
 * a day is a day, anything else is not asked.
 * @param headers names in lower case
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const retryAfter = headers['retry-after']?.trim() ?? '';
  const ms = /^\d+(?:\.\d+)?$/.test(retryAfter)
    ? Math.ceil(Number(retryAfter) * 1000)
    : httpDatePattern.test(retryAfter)
      ? Date.parse(retryAfter) - nowMs
      : undefined;
  return boundWait(ms) ?? parseUsedUpQuota(headers, nowMs);
}

/** The same of quotas alone: they are told with good answers as well, and are used up all the same. */
export const parseUsedUpQuota = (headers: Readonly<Record<string, string>>, nowMs: number): number | undefined =>
  boundWait(readUsedUpQuota(headers, nowMs));

const boundWait = (ms: number | undefined): number | undefined =>
  ms === undefined || Number.isNaN(ms) ? undefined : Math.ceil(Math.min(Math.max(ms, 0), retryAfterMaxMs));
