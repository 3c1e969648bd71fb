import type { ParcelName } from '../domain/parcel.ts';
import { commit, type NewEntry } from './commit.ts';
import type { StoreDeps } from './deps.ts';

/** A parcel is asked about on demand once in so long, whoever wants to know. */
const restMs = 60_000;

/**
 * Pushes what asks about a parcel, in the commit that says so: of any number who want to know at once, one is heard. Answers
 * how long the others wait (ms); null for the one.
 */
export async function askOnDemand(
  store: StoreDeps,
  name: ParcelName,
  workAt: (cause: string) => NewEntry,
): Promise<number | null> {
  const { redis, keys, clock } = store;
  const key = keys.askedParcel(name);
  const nowMs = clock.now();
  const outcome = await commit(store, {
    guards: [{ key, field: 'at', expected: null }],
    writes: [
      ['HSET', key, 'at', String(nowMs)],
      ['PEXPIRE', key, String(restMs)],
    ],
    entries: [workAt(`asked.${nowMs}`)],
  });
  return outcome === 'committed' ? null : Math.max(1, await redis.pttl(key));
}
