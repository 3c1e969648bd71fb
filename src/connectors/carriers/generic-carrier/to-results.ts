import type { Failure } from '../../../domain/failure.ts';
import type { TrackingWords } from '../../../domain/tracking-words.ts';
import { makeFailure } from '../exchange.ts';
import type { Heard } from '../make-event.ts';
import type { TrackResult } from '../port.ts';
import { toResult } from '../track-each.ts';
import type { TrackCall } from './call-schema.ts';
import { genericName, isParcel, parcelsIn, textAt, toReport } from './mapper.ts';

interface Context {
  track: TrackCall;
  statuses: TrackingWords;
  heard: Heard;
}

/**
 * What a reply says of each of the numbers that it was asked for.
 * @throws Failure `transient` `generic-carrier.unreadable_reply` for one that has no place for parcels
 */
export function toResults(numbers: readonly string[], document: unknown, context: Context): readonly TrackResult[] {
  const { track } = context;
  const parcels = parcelsIn(document, track);
  const word = textAt(document, track.notFound.error?.path);
  if (parcels === undefined) {
    if (word !== null) return numbers.map(() => toErrorResult(word, context));
    throw unreadable();
  }
  if (numbers.length === 1 && track.number === undefined) {
    const [number = ''] = numbers;
    return [parcels.length === 0 ? absent(context, word) : toOne(number, parcels[0], word, context)];
  }
  const byNumber = new Map(parcels.map((parcel) => [textAt(parcel, track.number)?.toUpperCase(), parcel]));
  return numbers.map((number) => {
    const parcel = byNumber.get(number.toUpperCase());
    return parcel === undefined ? absent(context, word) : toOne(number, parcel, null, context);
  });
}

function toOne(number: string, parcel: unknown, atRoot: string | null, context: Context): TrackResult {
  const { track, statuses, heard } = context;
  const word = textAt(parcel, track.notFound.error?.path) ?? atRoot;
  if (word !== null) return toErrorResult(word, context);
  if (!isParcel(parcel, track)) throw unreadable();
  return toResult(toReport(number, parcel, { reading: track, statuses, heard }));
}

const unreadable = (): Failure =>
  makeFailure(genericName, { kind: 'transient', code: 'unreadable_reply' }, 'Nothing is where the settings say');

function absent(context: Context, word: string | null): TrackResult {
  if (word !== null) return toErrorResult(word, context);
  if (context.track.notFound.leftOut) return { outcome: 'notFound' };
  const refusal = { kind: 'transient', code: 'unanswered' } as const;
  return { outcome: 'failed', failure: makeFailure(genericName, refusal, 'The reply leaves this number out') };
}

function toErrorResult(word: string, { track }: Context): TrackResult {
  if (track.notFound.error?.words.includes(word) === true) return { outcome: 'notFound' };
  const refusal = { kind: 'rejected', code: 'refused' } as const;
  const failure = makeFailure(genericName, refusal, 'There is an error instead of this number', { theirCode: word.slice(0, 100) }); // prettier-ignore
  return { outcome: 'failed', failure };
}
