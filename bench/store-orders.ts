import { ownEvidence } from '../src/domain/order-change.ts';
import type { Order, OrderPerson } from '../src/domain/order.ts';
import type { OrderStatus } from '../src/domain/order-status.ts';
import { makeId } from '../src/domain/ids.ts';
import { entropy } from '../src/platform/entropy.ts';
import { claimOf } from '../src/store/accept-order.ts';
import { digest, type StoreDeps } from '../src/store/deps.ts';
import { listsOf } from '../src/store/order-lists.ts';
import { orderWrites, readTimeline, requireOrder, type TimelineLine } from '../src/store/orders.ts';
import { foundByWrites, openPerson, sealPerson } from '../src/store/persons.ts';

/** What is copied: an order that went its way through Packline. */
interface Model {
  order: Order;
  person: OrderPerson;
  timeline: readonly TimelineLine[];
}

/** Every hundredth order stands elsewhere than the model: what operators filter for. */
const others: readonly OrderStatus[] = ['PICKING', 'CANCELED', 'READY_FOR_INVOICING'];
const writtenAtOnce = 100;
const secondsBetween = 30;

export const externalIdOf = (n: number): string => `copied-${n}`;
export const partnerIdOf = (n: number): string => `job_copied_${n}`;

/**
 * Writes so many copies of an order that has gone its way, each with its own ids, data key and sealed person: the documents and
 * indexes that accepting it and its commits leave, by the store's own functions, without the work that was done in between.
 * Answers the ids, the oldest first.
 */
export async function storeOrders(
  store: StoreDeps,
  { merchantId, orderId, count }: { merchantId: string; orderId: string; count: number },
  say: (progress: string) => void,
): Promise<string[]> {
  const stored = await requireOrder(store, orderId, merchantId);
  const person = openPerson(store, stored, 'current');
  if (person === null) throw new Error('the order to copy has no person');
  const model: Model = { order: stored.order, person, timeline: await readTimeline(store, orderId) };
  const firstMs = store.clock.now() - count * secondsBetween * 1_000;
  const ids: string[] = [];
  for (let from = 0; from < count; from += writtenAtOnce) {
    const pipeline = store.redis.pipeline();
    for (let n = from; n < Math.min(count, from + writtenAtOnce); n += 1) {
      const id = makeId('order', firstMs + n * secondsBetween * 1_000, entropy(10));
      ids.push(id);
      for (const [command = '', ...args] of writesOf(store, model, id, n)) pipeline.call(command, ...args);
    }
    const failed = (await pipeline.exec())?.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
    if (ids.length % 20_000 === 0) say(`${ids.length} orders are stored`);
  }
  return ids;
}

function writesOf(store: StoreDeps, { order, person, timeline }: Model, id: string, n: number): string[][] {
  const { keys } = store;
  const externalId = externalIdOf(n);
  const fresh: Order = { ...order, id, externalId, status: 'RECEIVED', fulfilment: undefined, evidence: [] };
  const status = n % 100 === 0 ? (others[(n / 100) % others.length] ?? order.status) : order.status;
  const copy: Order = {
    ...order,
    id,
    externalId,
    status,
    ...(order.fulfilment === undefined
      ? {}
      : { fulfilment: { ...order.fulfilment, externalRef: id, partnerOrderId: `po_copied_${n}`, jobId: partnerIdOf(n) } }), // prettier-ignore
    evidence: [
      ...order.evidence.filter(({ subject }) => subject === 'order'),
      ownEvidence('invoiced', order.createdAt),
    ],
  };
  const sealed = sealPerson(store, copy, person);
  const claim = claimOf(order.source, externalId);
  return [
    ['HSET', keys.claims(order.merchantId, claim.bucket), claim.field, `${digest(externalId).slice(0, 22)}|${id}`],
    ['HSET', keys.order(id), 'key', sealed.key],
    ...[keys.orders(order.merchantId), ...listsOf(keys, fresh)].map((list) => ['ZADD', list, '0', id]),
    ['RPUSH', keys.timeline(id), ...timeline.map((line) => JSON.stringify(line))],
    ...foundByWrites(store, copy, sealed),
    ...orderWrites(store, fresh, copy, { person: sealed }),
  ];
}
