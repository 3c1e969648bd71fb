/** A carrier's day: it begins at an hour of its own. */
export interface Day {
  /** The same for all of its moments. */
  name: string;
  endsMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function dayOf(nowMs: number, resetHourUtc: number): Day {
  const days = Math.floor((nowMs - resetHourUtc * hourMs) / dayMs);
  return { name: String(days), endsMs: (days + 1) * dayMs + resetHourUtc * hourMs };
}

const reserveShare = 0.05;
/** So many calls of a day are kept for those who ask and wait for the answer. */
export const dailyReserve = (calls: number): number => Math.ceil(calls * reserveShare);

/** About as many times a day as a parcel is asked about in poll-schedule.ts: on its way every four hours. */
const pollsPerParcel = 6;

/**
 * By how much all rests have to be longer for a day's calls to be enough for all parcels: better a little late for each than
 * never for those whose turn comes in the evening. At least 1.
 */
export const stretchFor = (
  parcels: number,
  { calls, numbersPerCall }: { calls: number; numbersPerCall: number },
): number => Math.max(1, (parcels * pollsPerParcel) / Math.max(1, (calls - dailyReserve(calls)) * numbersPerCall));
