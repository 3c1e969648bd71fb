import { freemem, totalmem } from 'node:os';
import type { Redis } from 'ioredis';
import type { Evidence } from '../src/domain/evidence.ts';
import { makeId } from '../src/domain/ids.ts';
import type { Order, OrderPerson } from '../src/domain/order.ts';
import type { OrderStatus } from '../src/domain/order-status.ts';
import { entropy } from '../src/platform/entropy.ts';
import { claimOf } from '../src/store/accept-order.ts';
import { digest, type StoreDeps } from '../src/store/deps.ts';
import { listsOf } from '../src/store/order-lists.ts';
import { orderWrites, readTimeline, referenceField, requireOrder, type TimelineLine } from '../src/store/orders.ts';
import { foundByWrites, openPerson, sealPerson } from '../src/store/persons.ts';
import { joinWrites } from './join-writes.ts';
import { usedBytes } from './redis-info.ts';

/** What is copied: an order that went its way through Packline. */
interface Model {
  order: Order;
  person: OrderPerson;
  timeline: readonly TimelineLine[];
}

/** Every hundredth order stands elsewhere than the model: what operators filter for. */
const others: readonly OrderStatus[] = ['PICKING', 'CANCELED', 'READY_FOR_INVOICING'];
const writtenAtOnce = 500;
/** Redis works on some of them while the next are made. */
const batchesUnderWay = 2;
/** A million of them are of 81 days: within the retention of an order. */
const secondsBetween = 7;
/** Not all that is free is ours. */
const freeShare = 0.85;

export const externalIdOf = (n: number): string => `copied-${n}`;
export const partnerIdOf = (n: number): string => `job_copied_${n}`;

/**
 * Writes so many copies of an order that has gone its way, each with its own ids, data key and sealed person: the documents and
 * indexes that accepting it and its commits leave, by the store's own functions, without the work that was done in between
 * and without what is past its retention when an order is a week old (its events, hooks and idempotency key). A test compares
 * the keys. Raises the memory that Redis allows itself, and throws where the machine has not so much. Answers the ids, the
 * oldest first.
 */
export async function storeOrders(
  store: StoreDeps & { redis: Redis },
  { merchantId, orderId, count }: { merchantId: string; orderId: string; count: number },
  say: (progress: string) => void,
): Promise<string[]> {
  const stored = await requireOrder(store, orderId, merchantId);
  const person = openPerson(store, stored, 'current');
  if (person === null) throw new Error('the order to copy has no person');
  const model: Model = { order: stored.order, person, timeline: await readTimeline(store, orderId) };
  const firstMs = store.clock.now() - count * secondsBetween * 1_000;
  const { redis } = store;
  await redis.config('SET', 'maxmemory', String(totalmem()));
  const beforeBytes = await usedBytes(redis);
  const ids: string[] = [];
  const underWay: Promise<void>[] = [];
  for (let from = 0; from < count; from += writtenAtOnce) {
    const writes: string[][] = [];
    for (let n = from; n < Math.min(count, from + writtenAtOnce); n += 1) {
      const id = makeId('order', firstMs + n * secondsBetween * 1_000, entropy(10));
      ids.push(id);
      writes.push(...writesOf(store, model, id, n));
    }
    underWay.push(send(redis, joinWrites(writes)));
    if (underWay.length === batchesUnderWay) await underWay.shift();
    if (from === 0) await refuseTooMany(redis, beforeBytes, ids.length, count);
    if (ids.length % 100_000 === 0) say(`${ids.length} orders are stored`);
  }
  await Promise.all(underWay);
  return ids;
}

async function send(redis: Redis, writes: readonly string[][]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const [command = '', ...args] of writes) pipeline.call(command, ...args);
  const failed = (await pipeline.exec())?.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
}

/** Rather than the kernel ends something. */
async function refuseTooMany(redis: Redis, beforeBytes: number, written: number, count: number): Promise<void> {
  const needed = (((await usedBytes(redis)) - beforeBytes) / written) * (count - written);
  const free = freemem() * freeShare;
  if (needed <= free) return;
  const [needs, has] = [needed, free].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`);
  throw new Error(`${count} orders need ${needs} more, and the machine has ${has} to give`);
}

const ofPart = /^(?:delivery|shipment):/;
const copyEvidence = (evidence: Evidence, n: number): Evidence =>
  ofPart.test(evidence.subject) ? { ...evidence, subject: `${evidence.subject}_copied_${n}` } : evidence;

function writesOf(store: StoreDeps, { order, person, timeline }: Model, id: string, n: number): string[][] {
  const { keys } = store;
  const externalId = externalIdOf(n);
  const fresh: Order = {
    ...order,
    id,
    externalId,
    version: 1,
    status: 'RECEIVED',
    fulfilment: undefined,
    evidence: [],
  };
  const status = n % 100 === 99 ? (others[Math.floor(n / 100) % others.length] ?? order.status) : order.status;
  const fulfilment = order.fulfilment && {
    ...order.fulfilment,
    externalRef: externalId,
    partnerOrderId: `po_copied_${n}`,
    jobId: partnerIdOf(n),
  };
  const evidence = order.evidence.map((one) => copyEvidence(one, n));
  const copy: Order = { ...order, id, externalId, status, evidence, fulfilment };
  const sealed = sealPerson(store, copy, person);
  const claim = claimOf(order.source, externalId);
  return [
    ['HSET', keys.claims(order.merchantId, claim.bucket), claim.field, `${digest(externalId).slice(0, 22)}|${id}`],
    ['HSET', keys.order(id), 'key', sealed.key],
    ...[keys.orders(order.merchantId), ...listsOf(keys, fresh)].map((list) => ['ZADD', list, '0', id]),
    ['RPUSH', keys.timeline(id), ...timeline.map((line) => JSON.stringify(line))],
    ...(fulfilment === undefined
      ? []
      : [['HSET', keys.reference(fulfilment.connectionId, externalId), referenceField, id]]),
    ...foundByWrites(store, copy, sealed),
    ...orderWrites(store, fresh, copy, { person: sealed }),
  ];
}
