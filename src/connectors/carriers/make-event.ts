import type { CarrierEvent, EventPlace } from '../../domain/carrier-event.ts';
import { undated, type EventTime } from '../../domain/event-time.ts';
import { inOrder } from '../../domain/merge-tracking.ts';
import type { readWords } from '../../domain/tracking-words.ts';

/** How and when we heard of it. */
export type Heard = Pick<CarrierEvent, 'source' | 'receivedAt'>;

interface Facts {
  time: EventTime;
  /** Parts of the carrier's word, the coarse one first; those that it left out are passed over. */
  code: readonly (string | null)[];
  meaning: ReturnType<typeof readWords>;
  description?: string | null;
  place?: Readonly<Record<keyof EventPlace, string | null>>;
  scope?: string | null;
}

/** A sentence, not a document. */
const descriptionCharsMax = 500;
const codeCharsMax = 200;

/** An event without the members that nobody told. */
export function makeEvent(heard: Heard, { time, code, meaning, description, place, scope }: Facts): CarrierEvent {
  const where = Object.fromEntries(Object.entries(place ?? {}).filter(([, value]) => value !== null));
  return {
    ...time,
    ...meaning,
    code: code
      .filter((part) => part !== null)
      .join('/')
      .slice(0, codeCharsMax),
    ...(description ? { description: description.slice(0, descriptionCharsMax) } : {}),
    ...(Object.keys(where).length === 0 ? {} : { place: where }),
    ...(scope ? { scope } : {}),
    ...heard,
  };
}

/**
 * The carrier's word about the parcel as a whole, dated by its newest event where it has no time of its own. None where the
 * word says nothing: "unknown" beside a list of events is not their sum.
 */
export function makeOverall(
  heard: Heard,
  events: readonly CarrierEvent[],
  { time, ...facts }: Omit<Facts, 'time'> & { time?: EventTime | undefined },
): CarrierEvent[] {
  const { status, unmapped, delayed } = facts.meaning;
  if ((status === 'UNKNOWN' || status === null) && unmapped === undefined && delayed !== true) return [];
  const newest = inOrder(events).at(-1);
  const own = time?.local === null ? undefined : time;
  const dated = own ?? (newest === undefined ? undated : { at: newest.at, local: newest.local, zone: newest.zone });
  return [{ ...makeEvent(heard, { ...facts, time: dated }), overall: true }];
}
