import { deliveryStatuses } from '../domain/delivery-status.ts';
import { makeId } from '../domain/ids.ts';
import type { StoreDeps } from './deps.ts';
import type { Delivery, StoredEvent } from './events.ts';
import { replayCountWrites } from './replay-counts.ts';

/** What deliveries of an event without an order are found by. */
const subjectOf = ({ orderId, eventId }: Pick<Delivery, 'orderId' | 'eventId'>): string => orderId ?? eventId;

const aboutWrites = ({ keys, retention }: StoreDeps, subjectId: string, id: string): string[][] => [
  ['ZADD', keys.about(subjectId), '0', id],
  ['EXPIRE', keys.about(subjectId), String(retention.eventSeconds)],
];

/** The part of a commit by which an event is found. */
export const eventIndexWrites = (deps: StoreDeps, { id, merchantId, orderId }: StoredEvent): string[][] => [
  ['ZADD', deps.keys.events(merchantId), '0', id],
  ...(orderId === null ? [] : aboutWrites(deps, orderId, id)),
];

/** The part of a commit by which a new delivery is found: by its endpoint and status, and by what it is about. */
export const deliveryIndexWrites = (deps: StoreDeps, delivery: Delivery): string[][] => [
  ['ZADD', deps.keys.deliveries(delivery.endpointId, delivery.status), '0', delivery.id],
  ...aboutWrites(deps, subjectOf(delivery), delivery.id),
];

/** The part of the commit with which a delivery that was pending is as it is now. */
export const deliveryMovedWrites = (deps: StoreDeps, delivery: Delivery): string[][] =>
  delivery.status === 'pending'
    ? []
    : [
        ['ZREM', deps.keys.deliveries(delivery.endpointId, 'pending'), delivery.id],
        ['ZADD', deps.keys.deliveries(delivery.endpointId, delivery.status), '0', delivery.id],
        ...replayCountWrites(deps, delivery),
      ];

/** Every endpoint whose deliveries may still be in the log. */
export async function listLoggedEndpoints({ redis, keys }: StoreDeps, merchantId: string): Promise<string[]> {
  const [present, former] = await Promise.all([
    redis.hkeys(keys.endpoints(merchantId)),
    redis.smembers(keys.formerEndpoints(merchantId)),
  ]);
  return [...present, ...former];
}

/** Takes out of the indexes what is past its retention; endpoints that are gone with the last of theirs. */
export async function sweepDeliveryLog(deps: StoreDeps, merchantId: string): Promise<void> {
  const { redis, keys, clock, retention } = deps;
  const noRandom = new Uint8Array(10);
  const oldestMs = clock.now() - retention.eventSeconds * 1_000;
  const before = (kind: 'event' | 'delivery' | 'replay'): string => `(${makeId(kind, oldestMs, noRandom)}`;
  await redis.zremrangebylex(keys.events(merchantId), '-', before('event'));
  await redis.zremrangebylex(keys.replays(merchantId), '-', before('replay'));
  for (const endpointId of await listLoggedEndpoints(deps, merchantId)) {
    const indexes = deliveryStatuses.map((status) => keys.deliveries(endpointId, status));
    await Promise.all(indexes.map((index) => redis.zremrangebylex(index, '-', before('delivery'))));
    if ((await redis.exists(...indexes)) === 0) await redis.srem(keys.formerEndpoints(merchantId), endpointId);
  }
}
