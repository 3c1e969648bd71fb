import type { Evidence } from './evidence.ts';
import { statusTable } from './order-status.ts';
import type { Vocabulary } from './resolve-status.ts';

/**
 * The newest thing that a system said of an order, in its own word, to be shown beside our status. Undated words count from
 * when they were heard; of words of one moment, the one that is further along.
 */
export function lastWord(
  evidence: readonly Evidence[],
  system: string,
  vocabulary: Vocabulary,
): { state: string; at: string } | null {
  let last: { state: string; at: string; rank: number } | null = null;
  for (const said of evidence) {
    if (said.system !== system) continue;
    const word = { state: said.code, at: said.occurredAt ?? said.receivedAt, rank: rankOf(vocabulary, said.code) };
    if (last === null || word.at > last.at || (word.at === last.at && word.rank > last.rank)) last = word;
  }
  return last === null ? null : { state: last.state, at: last.at };
}

function rankOf(vocabulary: Vocabulary, code: string): number {
  const meaning = Object.hasOwn(vocabulary, code) ? vocabulary[code] : undefined;
  return meaning !== undefined && 'reached' in meaning ? statusTable[meaning.reached].rank : 0;
}
