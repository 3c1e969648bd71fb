import type { Failure } from '../../../domain/failure.ts';
import { readEventTime, toCalendarDay } from '../../../domain/event-time.ts';
import { inOrder } from '../../../domain/merge-tracking.ts';
import { readWords } from '../../../domain/tracking-words.ts';
import { makeFailure } from '../exchange.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { ParcelReport, TrackResult } from '../port.ts';
import { codes, reasons } from './statuses.ts';
import type { WireResult } from './wire.ts';

export const fedexName = { id: 'fedex', title: 'FedEx' } as const;

/** One number may have several results, since numbers are given out again: the one with the newest event is the parcel. */
export function toResult(number: string, results: readonly WireResult[], heard: Heard): TrackResult {
  const reports = results
    .filter(({ error }) => error === null)
    .map((result) => toReport(number, result, heard))
    .filter(({ events }) => events.length > 0);
  const [newest] = reports.sort((a, b) => (newestOf(a) < newestOf(b) ? 1 : -1));
  if (newest !== undefined) return { outcome: 'found', report: newest };
  const code = results.find(({ error }) => error !== null)?.error?.code;
  if (results.length > 0 && (code === undefined || /\.NOTFOUND\b/.test(code))) return { outcome: 'notFound' };
  return { outcome: 'failed', failure: failureOf(code) };
}

export function toReport(number: string, result: WireResult, heard: Heard): ParcelReport {
  const scope = result.trackingNumberInfo?.trackingNumberUniqueId ?? null;
  const events = result.scanEvents.map((scan) =>
    makeEvent(heard, {
      time: readEventTime(scan.date),
      code: [scan.eventType ?? scan.derivedStatusCode, scan.exceptionCode],
      meaning: meaningOfScan(scan),
      description: scan.eventDescription,
      scope,
      place: {
        city: scan.scanLocation?.city ?? null,
        state: scan.scanLocation?.stateOrProvinceCode ?? null,
        postalCode: scan.scanLocation?.postalCode ?? null,
        country: scan.scanLocation?.countryCode ?? null,
      },
    }),
  );
  const latest = result.latestStatusDetail;
  const overall =
    latest === null
      ? []
      : makeOverall(heard, events, {
          code: [latest.code, latest.derivedCode],
          meaning: {
            // The derived code is what the code comes to: a parcel at its facility (FD) that is running late (RL).
            ...readWords(codes, latest.derivedCode, latest.code),
            ...(latest.delayDetail?.status === 'DELAYED' ? { delayed: true } : {}),
          },
          description: latest.description,
          scope,
        });
  const expected = result.dateAndTimes.find(({ type }) => type === 'ESTIMATED_DELIVERY')?.dateTime;
  return {
    number,
    carrier: null,
    events: [...events, ...overall],
    complete: heard.source === 'poll',
    expectedOn: toCalendarDay(expected),
  };
}

function meaningOfScan({ eventType, derivedStatusCode, exceptionCode }: WireResult['scanEvents'][number]) {
  const reason = exceptionCode !== null && Object.hasOwn(reasons, exceptionCode) ? reasons[exceptionCode] : undefined;
  const meaning = readWords(codes, eventType, derivedStatusCode);
  return reason === undefined ? meaning : { ...meaning, reason };
}

const newestOf = ({ events }: ParcelReport): string => {
  const newest = inOrder(events).at(-1);
  return newest?.at ?? newest?.local ?? '';
};

/** FedEx leaves out no number that it was asked for; one without an answer is asked for again. */
function failureOf(code: string | undefined): Failure {
  if (code === undefined) {
    return makeFailure(fedexName, { kind: 'transient', code: 'unanswered' }, 'FedEx left this number out');
  }
  const isTheirs = /^(SYSTEM|SERVICE|INTERNAL)\b/.test(code);
  const refusal = { kind: isTheirs ? 'transient' : 'rejected', code: isTheirs ? 'unavailable' : 'refused' } as const;
  return makeFailure(fedexName, refusal, 'FedEx has an error instead of this number', { theirCode: code });
}
