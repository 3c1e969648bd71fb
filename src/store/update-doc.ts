import { Failure } from '../domain/failure.ts';
import { commit, type CommitPlan } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

const racesMax = 25;

/**
 * Changes a document in a hash as it is at the moment of the write, not as somebody read it before: what was changed or
 * deleted meanwhile stays so. `change` answers null to leave it alone. Answers the document as written, or null when it is
 * not there or was left alone. `beside` says what else is part of the same commit.
 */
export async function updateDoc<T>(
  deps: StoreDeps,
  at: { key: string; field: string },
  change: (doc: T) => T | null,
  beside: (doc: T, before: T) => Pick<CommitPlan, 'writes' | 'entries'> = () => ({}),
): Promise<T | null> {
  for (let race = 0; race < racesMax; race += 1) {
    const raw = await deps.redis.hget(at.key, at.field);
    if (raw === null) return null;
    const before = parseStored<T>(raw);
    const doc = change(before);
    if (doc === null) return null;
    const { writes = [], ...plan } = beside(doc, before);
    const outcome = await commit(deps, {
      ...plan,
      guards: [{ ...at, expected: raw }],
      writes: [['HSET', at.key, at.field, JSON.stringify(doc)], ...writes],
    });
    if (outcome === 'committed') return doc;
  }
  throw new Failure('transient', 'store.contended', 'too many others changed this at the same time');
}
