import type { AttemptFailure } from '../domain/delivery-failure.ts';
import type { DataKey } from '../platform/secrets.ts';
import { deliveryMovedWrites } from './delivery-index.ts';
import type { StoreDeps } from './deps.ts';
import { deliveryDocWrite, type Delivery } from './events.ts';
import { findOrderKey } from './persons.ts';
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
  /** The order whose key has sealed it: erased with its person, whenever the answer came. Absent: the master key has. */
  sealedFor?: string;
};
type AnswerParts = Pick<AttemptExchange, 'responseHeaders' | 'responseBody'>;
const noAnswer: AnswerParts = { responseHeaders: null, responseBody: null };
const answerContext = (deliveryId: string): string => `attempts:${deliveryId}`;

export const attemptsKeptMax = 20;

/**
 * A finished attempt: the delivery as it now stands, and a line in its log. `orderKey`: of the order that it is about; null
 * for one that was erased, of which no answer is kept.
 */
export function attemptWrites(
  deps: StoreDeps,
  delivery: Delivery,
  { exchange, ...attempt }: DeliveryAttempt,
  orderKey?: DataKey | null,
): string[][] {
  const line: StoredAttempt = { ...attempt, ...seal(deps, delivery, exchange, orderKey) };
  const log = deps.keys.attempts(delivery.id);
  // It has no more lines than attempts, but for one that says why it was dropped.
  const mayBeLong = delivery.attempts >= attemptsKeptMax;
  return [
    deliveryDocWrite(deps, delivery),
    ['RPUSH', log, JSON.stringify(line)],
    ...(mayBeLong ? [['LTRIM', log, String(-attemptsKeptMax), '-1']] : []),
    ['EXPIRE', log, String(deps.retention.eventSeconds)],
    ...deliveryMovedWrites(deps, delivery),
  ];
}

function seal(
  { keyring }: StoreDeps,
  { id, orderId }: Delivery,
  exchange: AttemptExchange | null,
  orderKey?: DataKey | null,
): Pick<StoredAttempt, 'exchange' | 'sealed' | 'sealedFor'> {
  if (exchange === null) return { exchange, sealed: null };
  const { responseHeaders, responseBody, ...plain } = exchange;
  if (orderKey === null || (responseHeaders === null && responseBody === null))
    return { exchange: plain, sealed: null };
  const answer: AnswerParts = { responseHeaders, responseBody };
  const sealed = (orderKey ?? keyring).seal(JSON.stringify(answer), answerContext(id));
  return { exchange: plain, sealed, ...(orderKey !== undefined && orderId !== null && { sealedFor: orderId }) };
}

export async function readAttempts(deps: StoreDeps, deliveryId: string): Promise<DeliveryAttempt[]> {
  const lines = (await deps.redis.lrange(deps.keys.attempts(deliveryId), 0, -1)).map((line) => parseStored<StoredAttempt>(line)); // prettier-ignore
  const orderId = lines.find(({ sealedFor }) => typeof sealedFor === 'string')?.sealedFor;
  const orderKey = orderId === undefined ? null : await findOrderKey(deps, orderId);
  return lines.map(({ sealed, sealedFor, exchange, ...attempt }) => {
    const sealer = typeof sealedFor === 'string' ? orderKey : deps.keyring;
    const isOpen = sealed !== null && sealer !== null;
    const answer = isOpen ? parseStored<AnswerParts>(sealer.openText(sealed, answerContext(deliveryId))) : noAnswer;
    return { ...attempt, exchange: exchange && { ...exchange, ...answer } };
  });
}
