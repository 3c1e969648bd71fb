import { commit } from './commit.ts';
import type { StoreDeps } from './deps.ts';

/**
 * Orders of which a fulfilment system has to be told how far the merchant's own fleet is: a sorted set by when (ms), and nothing
 * of what it has to be told, which is looked up when it is. Each change of an order adds or removes it in its own commit. While
 * it is being told, its moment is when that is given up: nobody else tells of it, so that no older word overtakes a newer one.
 */
export const fleetOwedWrites = (
  { keys }: StoreDeps,
  connectionId: string,
  orderId: string,
  atMs: number,
): string[][] => [['ZADD', keys.fleetOwed(connectionId), String(Math.round(atMs)), orderId]];

/** The same for news: an order that is being told, or waits for its next try, is not told sooner. */
export const fleetNewsWrites = (
  { keys }: StoreDeps,
  connectionId: string,
  orderId: string,
  atMs: number,
): string[][] => [['ZADD', keys.fleetOwed(connectionId), 'NX', String(Math.round(atMs)), orderId]];

export const fleetToldWrites = ({ keys }: StoreDeps, connectionId: string, orderIds: readonly string[]): string[][] =>
  orderIds.length === 0 ? [] : [['ZREM', keys.fleetOwed(connectionId), ...orderIds]];

export const forgetFleetOwed = ({ keys }: StoreDeps, connectionId: string): string[][] => [
  ['DEL', keys.fleetOwed(connectionId), keys.fleetTurn(connectionId)],
];

const turnField = 'turn';

/** How many are due, and when the next of the others is (ms); null where there is none. */
export async function countFleetOwed(
  { redis, keys }: StoreDeps,
  connectionId: string,
  nowMs: number,
): Promise<{ due: number; nextMs: number | null }> {
  const key = keys.fleetOwed(connectionId);
  const due = await redis.zcount(key, '-inf', nowMs);
  const [, next] = await redis.zrange(key, String(due), String(due), 'WITHSCORES');
  return { due, nextMs: next === undefined ? null : Number(next) };
}

/** Takes those that are due, oldest first: they are nobody else's until they are told, or `untilMs`. */
export async function takeFleetOwed(
  deps: StoreDeps,
  connectionId: string,
  { nowMs, untilMs, limit }: { nowMs: number; untilMs: number; limit: number },
): Promise<string[]> {
  const { redis, keys } = deps;
  const [owed, turnKey] = [keys.fleetOwed(connectionId), keys.fleetTurn(connectionId)];
  for (;;) {
    const turn = await redis.hget(turnKey, turnField);
    const orderIds = await redis.zrangebyscore(owed, '-inf', nowMs, 'LIMIT', 0, limit);
    if (orderIds.length === 0) return [];
    const outcome = await commit(deps, {
      guards: [{ key: turnKey, field: turnField, expected: turn }],
      writes: [
        ['HSET', turnKey, turnField, String(Number(turn ?? 0) + 1)],
        ['ZADD', owed, 'XX', ...orderIds.flatMap((id) => [String(Math.round(untilMs)), id])],
      ],
    });
    if (outcome === 'committed') return orderIds;
  }
}

/** Nothing came of it: they are due again. */
export const fleetUntoldWrites = (
  { keys }: StoreDeps,
  connectionId: string,
  orderIds: readonly string[],
  atMs: number,
): string[][] =>
  orderIds.length === 0
    ? []
    : [['ZADD', keys.fleetOwed(connectionId), 'XX', ...orderIds.flatMap((id) => [String(Math.round(atMs)), id])]];
