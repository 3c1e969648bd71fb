import type { RunCounts } from './run.ts';

/**
 * `waiting`: the rows of the upload come first. `listing`: what the partner has is read and compared with them. `held`: so
 * much would be retired that somebody has to confirm it; nothing was. `sending`: it is retired. `done`: nothing is left to do.
 */
export const retirePhases = ['waiting', 'listing', 'held', 'sending', 'done'] as const;
export type RetirePhase = (typeof retirePhases)[number];

/** How far a full snapshot is with what it does not have. Counts are of stock rows as the partner lists them. */
export interface RetireState {
  phase: RetirePhase;
  /** So many may be retired, whatever share that is; null: nobody has confirmed any. */
  confirmedMax: number | null;
  /** The guard asks for somebody's confirmation; in a dry run: would ask. */
  held: boolean;
  /** The page of the partner's list that comes next, from 0. */
  nextPage: number;
  /** Those with a key that we could have sent. */
  listed: number;
  /** Those without: left alone. */
  foreign: number;
  /** Of the listed, those that nobody can buy already. */
  unavailable: number;
  /** Of the listed, those that are absent from the upload, and to be retired. */
  wouldRetire: number;
  /** Rows of the upload that do not even say what they are about: it may be any of the absent. */
  unreadable: number;
  /** The run of stock that retires what a snapshot of products does not have. */
  runId: string | null;
}

/** What became of the rows that retire; of a snapshot of products, in the run that does it. */
export interface RetireCounts {
  retired: number;
  rejected: number;
  /** A newer run has sent them meanwhile. */
  superseded: number;
}

/** Before anything was listed. */
export const newRetire = (confirmedMax: number | null): RetireState => ({
  phase: 'waiting',
  confirmedMax,
  held: false,
  nextPage: 0,
  listed: 0,
  foreign: 0,
  unavailable: 0,
  wouldRetire: 0,
  unreadable: 0,
  runId: null,
});

/**
 * Whether somebody has to confirm it first: more than `percentMax` of what can be bought would be gone, the upload has not
 * one good row, or one that could be about anything. What was confirmed holds for no more than was shown.
 */
export function asksToConfirm(
  { confirmedMax, listed, unavailable, wouldRetire, unreadable }: RetireState,
  { received, rejected }: Pick<RunCounts, 'received' | 'rejected'>,
  percentMax: number,
): boolean {
  if (wouldRetire === 0 || (confirmedMax !== null && wouldRetire <= confirmedMax)) return false;
  return received === rejected || unreadable > 0 || wouldRetire * 100 > (listed - unavailable) * percentMax;
}
