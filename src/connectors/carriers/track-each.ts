import { isAboutNumber, isNotFound } from './exchange.ts';
import type { ParcelReport, TrackedParcel, TrackResult } from './port.ts';

/** For carriers that take one number in a call. */
export async function trackEach(
  parcels: readonly TrackedParcel[],
  ask: (parcel: TrackedParcel) => Promise<ParcelReport>,
): Promise<readonly TrackResult[]> {
  const results: TrackResult[] = [];
  for (const parcel of parcels) results.push(await trackOne(parcel, ask));
  return results;
}

async function trackOne(
  parcel: TrackedParcel,
  ask: (parcel: TrackedParcel) => Promise<ParcelReport>,
): Promise<TrackResult> {
  try {
    return toResult(await ask(parcel));
  } catch (error) {
    if (isNotFound(error)) return { outcome: 'notFound' };
    if (isAboutNumber(error)) return { outcome: 'failed', failure: error };
    throw error;
  }
}

/** Aggregators take any number and say nothing about it until they know something. */
export const toResult = (report: ParcelReport): TrackResult =>
  report.events.length === 0 ? { outcome: 'notFound' } : { outcome: 'found', report };
