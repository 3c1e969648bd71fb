import type { Failure } from './failure.ts';

/** What follows when an attempt ends in this way. */
interface FailureRow {
  /** For people: what happened. */
  what: string;
  /** `retry`: the next rung of the ladder. `end`: never again. `none`: no attempt was made, and none is counted. */
  follows: 'retry' | 'end' | 'none';
  /**
   * Everything else for this endpoint waits too: as long as was asked (`asked`), or for a while once it has happened time after
   * time (`row`), which is a circuit that opens. `no`: it is about the one event.
   */
  pauses: 'asked' | 'row' | 'no';
}

export const deliveryFailureNames = [
  'dns',
  'connect',
  'tls',
  'timeout',
  'reset',
  'protocol',
  'egress',
  'http_3xx',
  'http_4xx',
  'http_5xx',
  'rate_limited',
  'unavailable',
  'gone',
  'dropped',
  'ours',
] as const;
export type DeliveryFailure = (typeof deliveryFailureNames)[number];
/** How an attempt that was made can have failed. */
export type AttemptFailure = Exclude<DeliveryFailure, 'dropped' | 'ours'>;

/** Every way in which an event can fail to be delivered: drives what follows, and is printed in docs/webhooks/delivery.md. */
export const deliveryFailures = {
  dns: { what: 'The host name has no address, or its resolver failed', follows: 'retry', pauses: 'row' },
  connect: { what: 'Nobody took the connection', follows: 'retry', pauses: 'row' },
  tls: {
    what: 'No trusted TLS connection: expired, self-signed, of another name, or older than TLS 1.2',
    follows: 'retry',
    pauses: 'row',
  },
  timeout: {
    what: 'Not connected within 3 s, no answer within 10 s, or not at its end within 15 s',
    follows: 'retry',
    pauses: 'row',
  },
  reset: { what: 'The connection broke before the answer was complete', follows: 'retry', pauses: 'row' },
  protocol: { what: 'What came is no HTTP/1 answer, or is encoded in no known way', follows: 'retry', pauses: 'row' },
  egress: { what: 'The host name resolves to an address that must not be called', follows: 'retry', pauses: 'row' },
  http_3xx: { what: 'A redirect; it is not followed', follows: 'retry', pauses: 'no' },
  http_4xx: { what: 'Refused: any other 4xx', follows: 'retry', pauses: 'no' },
  http_5xx: { what: 'Their fault: any other 5xx', follows: 'retry', pauses: 'no' },
  rate_limited: { what: '429', follows: 'retry', pauses: 'asked' },
  unavailable: {
    what: '502, 503 or 504: nobody behind the gateway takes anything now',
    follows: 'retry',
    pauses: 'asked',
  },
  gone: { what: '410: the endpoint is disabled, and what waits for it is dropped', follows: 'end', pauses: 'no' },
  dropped: { what: 'The endpoint was disabled or deleted: nothing was sent', follows: 'none', pauses: 'no' },
  ours: {
    what: 'Packline’s own: Redis, keys, shutdown, or settings that no longer allow the URL. Nothing is logged as an attempt; what does not pass becomes an issue',
    follows: 'none',
    pauses: 'no',
  },
} as const satisfies Record<DeliveryFailure, FailureRow>;

/** What an answer other than 2xx means. */
export function failureOfStatus(status: number): AttemptFailure {
  if (status === 410) return 'gone';
  if (status === 429) return 'rate_limited';
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  if (status >= 300 && status < 400) return 'http_3xx';
  if (status >= 400 && status < 500) return 'http_4xx';
  return status >= 500 && status < 600 ? 'http_5xx' : 'protocol';
}

/** By the code of the Failure that an exchange without an answer ended with. */
const ofCode: ReadonlyMap<string, AttemptFailure> = new Map([
  ['http.dns', 'dns'],
  ['http.connect', 'connect'],
  ['http.tls', 'tls'],
  ['http.timeout_connect', 'timeout'],
  ['http.timeout_headers', 'timeout'],
  ['http.timeout', 'timeout'],
  ['http.reset', 'reset'],
  ['http.garbage', 'protocol'],
]);

/**
 * Whatever has no row is ours, and no attempt: a URL that was allowed when it was written is refused because our settings
 * have changed. What its name resolves to is theirs.
 */
export function failureOf({ code, detail }: Pick<Failure, 'code' | 'detail'>): AttemptFailure | 'ours' {
  if (code === 'egress.address' && detail['resolved'] === true) return 'egress';
  return ofCode.get(code) ?? 'ours';
}
