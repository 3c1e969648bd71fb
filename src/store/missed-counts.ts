import type { EventType } from '../domain/events.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from './deps.ts';

/** Events that were for an endpoint and are with it no more on their way: it was disabled, or their last attempt failed. */
export interface MissedCount {
  /** When the first and the last of them were announced. What lies between is what a recovery has to go through. */
  from: string;
  until: string;
  events: number;
}

/**
 * For the commit in which an endpoint misses an event. The event itself is kept with all others; this is how many there are,
 * and between when, as long after the last one as the events are. Nobody misses a test.
 */
export function missedWrites(
  deps: StoreDeps,
  endpointId: string,
  { type, createdAt }: { type: EventType; createdAt: string },
): string[][] {
  if (type === 'endpoint.test') return [];
  const key = deps.keys.endpointMissed(endpointId);
  const atMs = String(Date.parse(createdAt));
  return [
    ['ZADD', key, 'LT', atMs, 'from'],
    ['ZADD', key, 'GT', atMs, 'until'],
    ['ZINCRBY', key, '1', 'events'],
    ['EXPIRE', key, String(deps.retention.eventSeconds)],
  ];
}

/** Null: none is. What is past its retention is not offered. */
export async function readMissedCount(deps: StoreDeps, endpointId: string): Promise<MissedCount | null> {
  const { redis, keys, clock, retention } = deps;
  const scores = await redis.zrange(keys.endpointMissed(endpointId), '0', '-1', 'WITHSCORES');
  const of = new Map(scores.flatMap((member, at) => (at % 2 === 0 ? [[member, Number(scores[at + 1])] as const] : [])));
  const [from, until, events] = [of.get('from'), of.get('until'), of.get('events')];
  if (from === undefined || until === undefined || events === undefined) return null;
  const oldest = clock.now() - retention.eventSeconds * 1_000;
  return { from: toInstant(Math.max(from, oldest)), until: toInstant(until), events };
}

/** For the commit that begins to bring them all: what is missed from then on is counted anew. */
export const broughtWrites = ({ keys }: StoreDeps, endpointId: string): string[][] => [
  ['DEL', keys.endpointMissed(endpointId)],
];
