import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from './deps.ts';
import type { StoredEntry } from './entry-lua.ts';
import { parseStored } from './stored-json.ts';

/** How a retry of it went: not tried again, not over yet, or failed once more. What was done is not held any more. */
export const heldOutcomes = ['notRetried', 'pending', 'failedAgain'] as const;
export type HeldOutcome = (typeof heldOutcomes)[number];

/** A piece of work that an issue holds back. */
export interface HeldWork {
  id: string;
  job: string;
  orderId: string | null;
  /** `setAside`: it waits for somebody to retry it. `retrying`: it comes again by itself. */
  state: 'setAside' | 'retrying';
  /** Failures that used up attempts. */
  tries: number;
  /** Code of the failure that set it aside, and when that was. */
  reason: string | null;
  failedAt: string | null;
  outcome: HeldOutcome;
}

interface BuriedEntry {
  entry: StoredEntry & { retried?: number };
  reason: string;
  at: number;
  again?: number;
}

/** What of these ids still waits, in their order. */
export async function readHeldWork({ redis, keys }: StoreDeps, ids: readonly string[]): Promise<HeldWork[]> {
  if (ids.length === 0) return [];
  const [buried, live] = await Promise.all([redis.hmget(keys.dead, ...ids), redis.hmget(keys.entries, ...ids)]);
  return ids.flatMap((id, at): HeldWork[] => {
    const [set, running] = [buried[at], live[at]];
    if (set) {
      const { entry, reason, at: atMs, again } = parseStored<BuriedEntry>(set);
      const outcome = again === undefined ? 'notRetried' : 'failedAgain';
      return [{ ...workOf(id, entry), state: 'setAside', reason, failedAt: toInstant(atMs), outcome }];
    }
    if (!running) return [];
    const entry = parseStored<BuriedEntry['entry']>(running);
    const outcome = entry.retried === undefined ? 'notRetried' : 'pending';
    return [{ ...workOf(id, entry), state: 'retrying', reason: null, failedAt: null, outcome }];
  });
}

function workOf(id: string, { job, tries, payload }: StoredEntry): Pick<HeldWork, 'id' | 'job' | 'orderId' | 'tries'> {
  const { orderId } = { orderId: null, ...parseStored<object>(payload) };
  return { id, job, tries, orderId: typeof orderId === 'string' ? orderId : null };
}
