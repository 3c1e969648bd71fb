import { Failure } from '../domain/failure.ts';
import type { Order } from '../domain/order.ts';
import { isTerminal } from '../domain/order-status.ts';
import type { StoreDeps } from './deps.ts';
import { isWanted, listFor, listWrites, type OrdersWanted } from './order-lists.ts';
import { foundByWrites, type SealedPerson } from './persons.ts';
import { partnerIdWrites } from './search.ts';
import { parseStored } from './stored-json.ts';
import { inStatusWrites } from './stuck-orders.ts';

/**
 * An order as it lies in Redis: a hash of `v` (version), `doc` (no personal data), `key` (the order's own data key,
 * wrapped by the master key; destroying it erases the person), `person` and `pendingPerson` (sealed under that key), and
 * a field `by:<keyed hash>` for all that its person is found by.
 */
export interface StoredOrder {
  order: Order;
  key: string;
  person: string;
  pendingPerson: string | null;
}

/** One line of an order's story, for people. Never personal data. */
export interface TimelineLine {
  at: string;
  /** `noun.pastVerb` */
  what: string;
  detail?: Record<string, unknown>;
}

export const timelineLinesMax = 500;

export async function readOrder(deps: StoreDeps, orderId: string): Promise<StoredOrder | null> {
  const [doc, key, person, pendingPerson] = await deps.redis.hmget(
    deps.keys.order(orderId),
    'doc',
    'key',
    'person',
    'pendingPerson',
  );
  if (doc === null || doc === undefined) return null;
  return {
    order: parseStored<Order>(doc),
    key: key ?? '',
    person: person ?? '',
    pendingPerson: pendingPerson ?? null,
  };
}

/** The order by itself, without what is sealed. */
export async function readOrderOnly({ redis, keys }: StoreDeps, orderId: string): Promise<Order | null> {
  const doc = await redis.hget(keys.order(orderId), 'doc');
  return doc === null ? null : parseStored<Order>(doc);
}

/** The order, or Failure `rejected` `order.not_found`; another merchant's order is not found either. */
export async function requireOrder(deps: StoreDeps, orderId: string, merchantId?: string): Promise<StoredOrder> {
  const stored = await readOrder(deps, orderId);
  if (stored === null || (merchantId !== undefined && stored.order.merchantId !== merchantId)) {
    throw new Failure('rejected', 'order.not_found', 'no such order', { detail: { orderId } });
  }
  return stored;
}

export const timelineWrite = (deps: StoreDeps, orderId: string, lines: readonly TimelineLine[]): string[][] => [
  ['RPUSH', deps.keys.timeline(orderId), ...lines.map((line) => JSON.stringify(line))],
  ['LTRIM', deps.keys.timeline(orderId), String(-timelineLinesMax), '-1'],
];

/** The writes that store an order's next version, for a commit guarded by the version that was read. */
export function orderWrites(
  deps: StoreDeps,
  before: Order,
  after: Order,
  { person, pendingPerson }: { person?: SealedPerson; pendingPerson?: SealedPerson | null },
): string[][] {
  const key = deps.keys.order(after.id);
  const writes: string[][] = [['HSET', key, 'v', String(after.version), 'doc', JSON.stringify(after)]];
  if (person !== undefined) {
    writes.push(['HSET', key, 'person', person.sealed], ...foundByWrites(deps, after, person));
  }
  if (pendingPerson === null) writes.push(['HDEL', key, 'pendingPerson']);
  else if (pendingPerson !== undefined) {
    writes.push(['HSET', key, 'pendingPerson', pendingPerson.sealed], ...foundByWrites(deps, after, pendingPerson));
  }
  writes.push(...partnerIdWrites(deps, before, after));
  writes.push(...inStatusWrites(deps, before, after), ...listWrites(deps, before, after));
  const now = String(deps.clock.now());
  if (isTerminal(after.status)) {
    if (!isTerminal(before.status)) {
      writes.push(['ZREM', deps.keys.open, after.id], ['ZADD', deps.keys.finished, now, after.id]);
      writes.push(['ZREM', deps.keys.unrouted(after.merchantId), after.id]);
    }
  } else {
    // A look that was put off stays put off: hooks tell by themselves.
    writes.push(['ZADD', deps.keys.open, 'GT', now, after.id]);
    if (isTerminal(before.status)) writes.push(['ZREM', deps.keys.finished, after.id]);
  }
  return writes;
}

export const orderGuard = (deps: StoreDeps, order: Order) => ({
  key: deps.keys.order(order.id),
  field: 'v',
  expected: String(order.version),
});

/** Newest first. `cursor` is the last id of the page before. */
export async function listOrders(
  deps: StoreDeps,
  merchantId: string,
  { limit, ...page }: OrdersWanted & { cursor?: string | undefined; limit: number },
): Promise<{ stored: StoredOrder[]; nextCursor: string | null }> {
  const list = await listFor(deps, merchantId, page);
  const found: StoredOrder[] = [];
  let cursor = page.cursor;
  // The first look is mostly enough: the list has what is wanted, or nearly so.
  let asked = Math.min(limit + 1, walkedAtOnce);
  for (let walked = 0; walked < walkedMax && found.length < limit; asked = walkedAtOnce) {
    const max = cursor === undefined ? '+' : `(${cursor}`;
    const ids = await deps.redis.zrange(list, max, '-', 'BYLEX', 'REV', 'LIMIT', 0, asked);
    if (ids.length === 0) return { stored: found, nextCursor: null };
    const orders = await Promise.all(ids.map((id) => readOrder(deps, id)));
    for (const [index, stored] of orders.entries()) {
      cursor = ids[index];
      walked += 1;
      if (stored === null || !isWanted(stored.order, page)) continue;
      found.push(stored);
      if (found.length === limit) break;
    }
    if (ids.length < asked && cursor === ids.at(-1)) return { stored: found, nextCursor: null };
  }
  return { stored: found, nextCursor: cursor ?? null };
}
/** What a list has beside what is wanted is passed over, at most so many orders a request; the cursor goes on from there. */
const walkedMax = 500;
const walkedAtOnce = 100;

export async function readTimeline(deps: StoreDeps, orderId: string): Promise<TimelineLine[]> {
  const lines = await deps.redis.lrange(deps.keys.timeline(orderId), 0, -1);
  return lines.map((line) => parseStored<TimelineLine>(line));
}

/** The field of a reference's hash: a hash, because commits guard fields. */
export const referenceField = 'orderId';

/** Our order for a partner's reference, as it was written down before the partner was first told of it. */
export const findOrderByReference = (deps: StoreDeps, connectionId: string, externalRef: string) =>
  deps.redis.hget(deps.keys.reference(connectionId, externalRef), referenceField);
