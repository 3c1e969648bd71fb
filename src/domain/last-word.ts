import type { Evidence } from './evidence.ts';
import { statusTable } from './order-status.ts';
import type { Meaning, Vocabulary } from './resolve-status.ts';

export interface Word {
  /** The system's own. */
  state: string;
  at: string;
}

/**
 * Where a system has the order, in its own word, to be shown beside our status: of the subject (the order, an attempt, a
 * parcel) that it spoke of last, the word that is furthest along. Undated words count from when they were heard.
 */
export function lastWord(evidence: readonly Evidence[], system: string, vocabulary: Vocabulary): Word | null {
  const subjects = new Map<string, { newest: string; word: Word; rank: number }>();
  for (const said of evidence) {
    if (said.system !== system) continue;
    const at = said.occurredAt ?? said.receivedAt;
    const rank = rankOf(Object.hasOwn(vocabulary, said.code) ? vocabulary[said.code] : undefined);
    const known = subjects.get(said.subject);
    const isFurther = known === undefined || rank > known.rank || (rank === known.rank && at > known.word.at);
    subjects.set(said.subject, {
      newest: known === undefined || at > known.newest ? at : known.newest,
      ...(isFurther ? { word: { state: said.code, at }, rank } : { word: known.word, rank: known.rank }),
    });
  }
  const [last] = [...subjects.values()].sort((a, b) => compare(b.newest, a.newest) || b.rank - a.rank);
  return last?.word ?? null;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function rankOf(meaning: Meaning | undefined): number {
  if (meaning === undefined) return 0;
  if ('reached' in meaning) return statusTable[meaning.reached].rank;
  if ('canceled' in meaning) return statusTable.CANCELED.rank;
  if ('idle' in meaning) return statusTable.IDLE.rank;
  return 'picked' in meaning ? statusTable.READY_FOR_PACKING.rank : 0;
}
