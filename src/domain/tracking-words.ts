import type { CarrierEvent, TrackingReason } from './carrier-event.ts';
import type { TrackingStatus } from './tracking-status.ts';

/** What one of a carrier's words means. Null: it says nothing of where the parcel is. */
export type TrackingMeaning =
  TrackingStatus | { status: TrackingStatus | null; delayed?: true; reason?: TrackingReason };

/** A carrier's words and what they mean. The same letters mean different things to two carriers: no table is shared. */
export type TrackingWords = Readonly<Record<string, TrackingMeaning>>;

type Read = Pick<CarrierEvent, 'status' | 'delayed' | 'reason' | 'unmapped'>;

/** The word's row, or undefined (for `constructor`, too: carriers choose the word). */
export const meaningOf = (words: TrackingWords, word: string): TrackingMeaning | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined;

/** What the first of the words that has a row means; the first of all stays unknown, and is told to be, where none has. */
export function readWords(words: TrackingWords, ...said: readonly (string | null | undefined)[]): Read {
  const spoken = said.flatMap((word) => (word === null || word === undefined || word === '' ? [] : [word]));
  for (const word of spoken) {
    const meaning = meaningOf(words, word);
    if (meaning !== undefined) return typeof meaning === 'string' ? { status: meaning } : meaning;
  }
  const [first] = spoken;
  return first === undefined ? { status: 'UNKNOWN' } : { status: 'UNKNOWN', unmapped: first };
}
