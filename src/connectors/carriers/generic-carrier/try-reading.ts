import { toFailure, type Failure } from '../../../domain/failure.ts';
import type { ParcelReport, TrackResult } from '../port.ts';
import { parcelsIn, textAt } from './mapper.ts';
import type { GenericSettings } from './settings.ts';
import { toResults } from './to-results.ts';
import { webhook } from './webhook.ts';

/** What a sample is tried as: the reply to `track`, or a hook. */
export type SampleKind = 'reply' | 'hook';
export interface TriedParcel {
  number: string;
  result: TrackResult;
}

const numbersMax = 100;

/** What these settings read from a sample. Pure: nothing is called and nothing is kept. The failure is about all of it. */
export function tryReading(
  settings: GenericSettings,
  { document, as, receivedAt }: { document: unknown; as: SampleKind; receivedAt: string },
): { parcels: readonly TriedParcel[]; failure: Failure | null } {
  try {
    return { parcels: as === 'hook' ? readHook() : readReply(), failure: null };
  } catch (error) {
    return { parcels: [], failure: toFailure(error) };
  }

  function readHook(): TriedParcel[] {
    const reports = webhook.read(Buffer.from(JSON.stringify(document)), receivedAt, settings);
    return reports.map((report: ParcelReport) => ({ number: report.number, result: { outcome: 'found', report } }));
  }

  function readReply(): TriedParcel[] {
    const { track, statuses } = settings;
    if (track === undefined) return [];
    const named = (parcelsIn(document, track) ?? []).slice(0, numbersMax).map((parcel) => textAt(parcel, track.number));
    const known = [...new Set(named.filter((number) => number !== null))];
    // Whoever is asked about one number need not say it.
    const numbers = known.length > 0 ? known : [sampleNumber];
    const results = toResults(numbers, document, { track, statuses, heard: { source: 'poll', receivedAt } });
    return results.map((result, at) => ({ number: numbers[at] ?? sampleNumber, result }));
  }
}

const sampleNumber = 'SAMPLE';
