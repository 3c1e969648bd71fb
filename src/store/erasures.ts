import { Failure } from '../domain/failure.ts';
import { parcelNamesOf } from '../domain/order-parcels.ts';
import { withoutPerson } from '../domain/parcel.ts';
import { withoutWords } from '../domain/without-words.ts';
import { toInstant } from '../platform/clock.ts';
import type { PrivateLog } from '../platform/private-log.ts';
import { claimOf, type Claim } from './accept-order.ts';
import { commit } from './commit.ts';
import { positionsField } from './courier-positions.ts';
import type { StoreDeps } from './deps.ts';
import { erasedServiceWrites, listOrderServices } from './services.ts';
import { documentFields } from './documents.ts';
import { orderGuard, orderWrites, readOrder, timelineWrite, type StoredOrder } from './orders.ts';
import { parcelWrites, readParcels } from './parcels.ts';
import { foundByField, isErased, personMember, readFoundBy } from './persons.ts';
import { lostIdWrites } from './search.ts';
import { impersonalEventWrites } from './wipe-event.ts';

/**
 * One erased order, as the log outside of Redis keeps it: no personal data. `claim` is the digest of its source and external
 * id, by which an order is known that a restored Redis has never heard of.
 */
export interface ErasureLine {
  at: string;
  merchantId: string;
  orderId: string;
  claim: Claim;
}

/** What of an order was erased. */
export const erasedParts = [
  'person',
  'amendment',
  'webhooks',
  'documents',
  'tracking',
  'services',
  'deliveries',
  'index',
] as const;
export type ErasedPart = (typeof erasedParts)[number];

export interface ErasedOrder {
  orderId: string;
  where: ErasedPart[];
}

/**
 * Erases the persons of these orders. First of all it is written outside of Redis that it will be: whatever happens then,
 * the next start does what is left of it. Answers what was there to erase.
 */
export async function erasePersons(
  deps: StoreDeps,
  log: PrivateLog,
  orders: readonly StoredOrder[],
): Promise<ErasedOrder[]> {
  const at = toInstant(deps.clock.now());
  const lines = orders.filter((stored) => !isErased(stored)).map(({ order }) => toLine(order, at));
  if (lines.length === 0) return [];
  await log.append(lines.map((line) => JSON.stringify(line)));
  const erased: ErasedOrder[] = [];
  for (const line of lines) {
    const where = await applyErasure(deps, line);
    if (where.length > 0) erased.push({ orderId: line.orderId, where });
  }
  return erased;
}

/** What `erasePersons` would answer; nothing is written. */
export async function foreseeErasures(deps: StoreDeps, orders: readonly StoredOrder[]): Promise<ErasedOrder[]> {
  const at = toInstant(deps.clock.now());
  const foreseen = await Promise.all(
    orders.map(async (stored) => ({
      orderId: stored.order.id,
      where: (await planOf(deps, stored, toLine(stored.order, at))).where,
    })),
  );
  return foreseen.filter(({ where }) => where.length > 0);
}

const toLine = ({ id, merchantId, source, externalId }: StoredOrder['order'], at: string): ErasureLine => ({
  at,
  merchantId,
  orderId: id,
  claim: claimOf(source, externalId),
});

const racesMax = 25;

/**
 * Does what a line says, once or again: destroys the order's key and all that was sealed under it, the kept bytes of its
 * webhooks, its place in the index, and the digest of what was posted, by which a guess could be confirmed. Answers what was
 * still there. Of an order that this Redis does not know, the claim alone is written: it is not taken in again.
 */
export async function applyErasure(deps: StoreDeps, line: ErasureLine): Promise<ErasedPart[]> {
  const { redis, keys } = deps;
  const { bucket, field } = line.claim;
  const claims = keys.claims(line.merchantId, bucket);
  for (let race = 0; race < racesMax; race += 1) {
    const claimed = await redis.hget(claims, field);
    // In a Redis that was restored the order may have come again meanwhile, under another id of ours.
    const orderId = claimed?.split('|')[1] ?? line.orderId;
    const stored = await readOrder(deps, orderId);
    const plan = stored === null ? { guards: [], writes: [], where: [] } : await planOf(deps, stored, line);
    const { guards, writes, where } = plan;
    const outcome = await commit(deps, {
      guards: [
        { key: claims, field, expected: claimed },
        ...(stored === null ? [] : [orderGuard(deps, stored.order)]),
        ...guards,
      ],
      writes: [...writes, ['HSET', claims, field, `|${orderId}`], ['HSET', keys.erasures, line.orderId, line.at]],
    });
    if (outcome === 'committed') return where;
  }
  throw new Failure('transient', 'order.contended', 'too many others changed this order at the same time');
}

async function planOf(
  deps: StoreDeps,
  stored: StoredOrder,
  { at: askedAt }: ErasureLine,
): Promise<{ guards: ReturnType<typeof parcelWrites>['guards']; writes: string[][]; where: ErasedPart[] }> {
  if (isErased(stored)) return { guards: [], writes: [], where: [] };
  const { redis, keys, clock } = deps;
  const { pendingPerson } = stored;
  // Who picks and who drives: neither the documents nor their names are left.
  const { documents, ...order } = stored.order;
  const [foundBy, hooks, services, log] = await Promise.all([
    readFoundBy(deps, order.id),
    redis.lrange(keys.hooks(order.id), 0, -1),
    listOrderServices(deps, order.merchantId, order.externalId),
    impersonalEventWrites(deps, order.id),
  ]);
  const parcels = (await readParcels(deps, parcelNamesOf(order)))
    .filter((parcel) => parcel !== null)
    .map((parcel) => parcelWrites(deps, parcel, withoutPerson(parcel)));
  const at = toInstant(clock.now());
  const erased = { ...withoutWords(order), version: order.version + 1, updatedAt: at };
  const key = keys.order(order.id);
  const writes = [
    ...orderWrites(deps, order, erased, {}),
    ...lostIdWrites(deps, stored.order, erased),
    ['HDEL', key, 'key', 'person', 'pendingPerson', ...documentFields, positionsField, ...foundBy.map(foundByField)],
    ['DEL', keys.hooks(order.id), ...hooks.map((inboxId) => keys.inbox(inboxId))],
    ...parcels.flatMap((parcel) => parcel.writes),
    ...erasedServiceWrites(deps, services),
    ...log,
    ...timelineWrite(deps, order.id, [{ at, what: 'person.erased', detail: { askedAt } }]),
  ];
  const members = foundBy.map((hash) => personMember(hash, order.id));
  if (members.length > 0) writes.push(['ZREM', keys.persons(order.merchantId), ...members]);
  const parts: Record<ErasedPart, boolean> = {
    person: true,
    amendment: pendingPerson !== null,
    webhooks: hooks.length > 0,
    documents: documents !== undefined,
    tracking: parcels.length > 0,
    services: services.length > 0,
    deliveries: log.length > 0,
    index: members.length > 0,
  };
  const guards = parcels.flatMap((parcel) => parcel.guards);
  return { guards, writes, where: erasedParts.filter((part) => parts[part]) };
}
