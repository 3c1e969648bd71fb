import type { AttemptFailure } from '../domain/delivery-failure.ts';
import { deliveryMovedWrites } from './delivery-index.ts';
import type { StoreDeps } from './deps.ts';
import { deliveryDocWrite, type Delivery } from './events.ts';
import { parseStored } from './stored-json.ts';

/** How long its phases took (ms); null for one that was not reached, or that an open connection did not need. */
export interface AttemptTimings {
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  /** From the request going out until the answer's headers were here. */
  firstByteMs: number | null;
  totalMs: number;
}

/** What was sent and what came, as people may see it. */
export interface AttemptExchange {
  /** Signatures, and the values of the merchant's own headers, are masked. */
  requestHeaders: Readonly<Record<string, string>>;
  responseStatus: number | null;
  /** Bounded; null where no answer came. */
  responseHeaders: Readonly<Record<string, string>> | null;
  /** The beginning of it. */
  responseBody: string | null;
  /** How long the subscriber asked to be left alone. */
  retryAfterMs: number | null;
  timings: AttemptTimings;
}

/** One try, as the log shows it. */
export interface DeliveryAttempt {
  at: string;
  attempt: number;
  /** `delivered`, or the code of what went wrong. */
  outcome: string;
  /** The class of what went wrong. */
  failure: AttemptFailure | 'dropped' | null;
  /** Null where nothing was sent. */
  exchange: AttemptExchange | null;
}

/** As it lies in Redis: what somebody else's system answers may be about a person, or quote a key. */
type StoredAttempt = Omit<DeliveryAttempt, 'exchange'> & {
  exchange: Omit<AttemptExchange, 'responseHeaders' | 'responseBody'> | null;
  /** `AnswerParts` in JSON. */
  sealed: string | null;
};
type AnswerParts = Pick<AttemptExchange, 'responseHeaders' | 'responseBody'>;
const noAnswer: AnswerParts = { responseHeaders: null, responseBody: null };
const answerContext = (deliveryId: string): string => `attempts:${deliveryId}`;

export const attemptsKeptMax = 20;

/** A finished attempt: the delivery as it now stands, and a line in its log. */
export function attemptWrites(
  deps: StoreDeps,
  delivery: Delivery,
  { exchange, ...attempt }: DeliveryAttempt,
): string[][] {
  const line: StoredAttempt = { ...attempt, ...seal(deps, delivery.id, exchange) };
  return [
    deliveryDocWrite(deps, delivery),
    ['RPUSH', deps.keys.attempts(delivery.id), JSON.stringify(line)],
    ['LTRIM', deps.keys.attempts(delivery.id), String(-attemptsKeptMax), '-1'],
    ['EXPIRE', deps.keys.attempts(delivery.id), String(deps.retention.eventSeconds)],
    ...deliveryMovedWrites(deps, delivery),
  ];
}

function seal(
  { keyring }: StoreDeps,
  deliveryId: string,
  exchange: AttemptExchange | null,
): Pick<StoredAttempt, 'exchange' | 'sealed'> {
  if (exchange === null) return { exchange, sealed: null };
  const { responseHeaders, responseBody, ...plain } = exchange;
  if (responseHeaders === null && responseBody === null) return { exchange: plain, sealed: null };
  const answer: AnswerParts = { responseHeaders, responseBody };
  return { exchange: plain, sealed: keyring.seal(JSON.stringify(answer), answerContext(deliveryId)) };
}

export async function readAttempts(deps: StoreDeps, deliveryId: string): Promise<DeliveryAttempt[]> {
  const lines = await deps.redis.lrange(deps.keys.attempts(deliveryId), 0, -1);
  return lines.map((line) => {
    const { sealed, exchange, ...attempt } = parseStored<StoredAttempt>(line);
    const answer =
      sealed === null ? noAnswer : parseStored<AnswerParts>(deps.keyring.openText(sealed, answerContext(deliveryId)));
    return { ...attempt, exchange: exchange && { ...exchange, ...answer } };
  });
}
