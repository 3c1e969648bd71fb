import type { StoreDeps } from './deps.ts';

/**
 * What a connection is to be asked about: a sorted set of `carrier/number` by when each is due (ms), and nothing beside it.
 */
export interface DueParcels {
  /** Those that are due, the most overdue first. */
  members: string[];
  /** When the next one is, of those that were not answered; null where there is none. */
  nextMs: number | null;
}

/** At most `limit`, up to this moment. */
export async function readDueParcels(
  { redis, keys }: StoreDeps,
  connectionId: string,
  { untilMs, limit }: { untilMs: number; limit: number },
): Promise<DueParcels> {
  const key = keys.dueParcels(connectionId);
  const members = limit === 0 ? [] : await redis.zrangebyscore(key, '-inf', untilMs, 'LIMIT', 0, limit);
  const [, nextScore] = await redis.zrange(key, String(members.length), String(members.length), 'WITHSCORES');
  return { members, nextMs: nextScore === undefined ? null : Number(nextScore) };
}

/** They are due again at these moments, unless they have been taken out meanwhile. */
export const dueWrites = (
  { keys }: StoreDeps,
  connectionId: string,
  times: readonly { member: string; atMs: number }[],
): string[][] =>
  times.length === 0
    ? []
    : [
        [
          'ZADD',
          keys.dueParcels(connectionId),
          'XX',
          ...times.flatMap(({ member, atMs }) => [String(Math.round(atMs)), member]),
        ],
      ];

/** They are asked about no more. */
export const undueWrites = ({ keys }: StoreDeps, connectionId: string, members: readonly string[]): string[][] =>
  members.length === 0 ? [] : [['ZREM', keys.dueParcels(connectionId), ...members]];

export const countFollowed = ({ redis, keys }: StoreDeps, connectionId: string): Promise<number> =>
  redis.zcard(keys.dueParcels(connectionId));

/** Its connection is gone. */
export const forgetDue = ({ keys }: StoreDeps, connectionId: string): string[][] => [
  [
    'DEL',
    keys.dueParcels(connectionId),
    keys.circuit(connectionId),
    keys.wishes(connectionId),
    keys.wishesRest(connectionId),
    keys.hookKeys(connectionId),
  ],
];
