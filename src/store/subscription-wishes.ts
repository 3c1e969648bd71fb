import type { StoreDeps } from './deps.ts';

/**
 * Which parcels a connection's carrier is to be asked to tell of: a set of `carrier/number`. A wish that is lost is wished for
 * again when its parcel is polled next.
 */
export const wishWrites = ({ keys }: StoreDeps, connectionId: string, members: readonly string[]): string[][] =>
  members.length === 0 ? [] : [['SADD', keys.wishes(connectionId), ...members]];

export const granted = ({ keys }: StoreDeps, connectionId: string, members: readonly string[]): string[][] =>
  members.length === 0 ? [] : [['SREM', keys.wishes(connectionId), ...members]];

/** At most `limit`, in no order. */
export const readWishes = ({ redis, keys }: StoreDeps, connectionId: string, limit: number): Promise<string[]> =>
  redis.srandmember(keys.wishes(connectionId), limit);

/** Its carrier would not: nobody asks it to tell of anything until then. */
export const restWrites = ({ keys, clock }: StoreDeps, connectionId: string, restMs: number): string[][] => [
  ['SET', keys.wishesRest(connectionId), String(clock.now() + restMs), 'PX', String(restMs)],
];

export async function isResting({ redis, keys, clock }: StoreDeps, connectionId: string): Promise<boolean> {
  return Number((await redis.get(keys.wishesRest(connectionId))) ?? '0') > clock.now();
}
