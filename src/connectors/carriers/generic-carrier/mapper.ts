import type { CarrierEvent } from '../../../domain/carrier-event.ts';
import { readEventTime, undated, type EventTime } from '../../../domain/event-time.ts';
import { readWords, type TrackingWords } from '../../../domain/tracking-words.ts';
import { readTimeIn } from '../../../domain/zoned-time.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { parsePath, readAll, readText, type JsonPath } from './json-path.ts';
import type { Reading, TimeReading } from './reading-schema.ts';
import { toIsoText } from './time-format.ts';

export const genericName = { id: 'generic-carrier', title: 'Generic carrier' } as const;

/** Of one parcel; no way has so many. */
const eventsReadMax = 1_000;

/** The parcels of a document, each as it stands there; undefined where the document has no place for them. */
export const parcelsIn = (document: unknown, { parcels }: Pick<Reading, 'parcels'>): readonly unknown[] | undefined =>
  parcels === undefined ? [document] : listAt(document, pathOf(parcels));

export const textAt = (document: unknown, path: string | undefined): string | null => readText(document, pathOf(path));

/** Whether anything of what the reading looks for is there: what is no answer says nothing of a parcel. */
export function isParcel(document: unknown, { number, events, whole, event }: Reading): boolean {
  const isThere = (path: string | undefined): boolean => textAt(document, path) !== null;
  if (isThere(number) || isThere(whole?.code)) return true;
  return events === undefined ? isThere(event.code) || isThere(event.detail) || isThere(event.description) : listAt(document, pathOf(events)) !== undefined; // prettier-ignore
}

export function toReport(
  number: string,
  parcel: unknown,
  { reading, statuses, heard }: { reading: Reading; statuses: TrackingWords; heard: Heard },
): ParcelReport {
  const { events: eventsPath, event, whole, expected } = reading;
  const items = eventsPath === undefined ? [parcel] : (listAt(parcel, pathOf(eventsPath)) ?? []);
  const read = compile(event);
  const events = items.slice(0, eventsReadMax).flatMap((item): CarrierEvent[] => {
    const [code, detail] = [readText(item, read.code), readText(item, read.detail)];
    const description = readText(item, read.description);
    // What says neither what nor when is no event: a parcel that nothing has happened to yet.
    if (code === null && detail === null && description === null) return [];
    return [
      makeEvent(heard, {
        time: readTime(item, event.time),
        code: [code ?? (detail === null ? description : null), detail],
        meaning: readWords(statuses, detail, code),
        description,
        place: {
          city: readText(item, read.city),
          state: readText(item, read.state),
          postalCode: readText(item, read.postalCode),
          country: readText(item, read.country),
        },
      }),
    ];
  });
  return {
    number,
    carrier: null,
    events: [...events, ...overallOf(parcel, whole, { events, statuses, heard })],
    complete: heard.source === 'poll' && eventsPath !== undefined,
    expectedOn: expected === undefined ? null : (readTime(parcel, expected).local?.slice(0, dayChars) ?? null),
  };
}
const dayChars = 10;

function overallOf(
  parcel: unknown,
  whole: Reading['whole'],
  { events, statuses, heard }: { events: readonly CarrierEvent[]; statuses: TrackingWords; heard: Heard },
): CarrierEvent[] {
  const code = textAt(parcel, whole?.code);
  if (whole === undefined || code === null) return [];
  const time = whole.time === undefined ? undefined : readTime(parcel, whole.time);
  return makeOverall(heard, events, { time, code: [code], meaning: readWords(statuses, code) });
}

function readTime(document: unknown, time: TimeReading | undefined): EventTime {
  if (time === undefined) return undated;
  const date = textAt(document, time.path);
  const timeOfDay = textAt(document, time.timeOfDay);
  const text = date === null ? null : toIsoText(timeOfDay === null ? date : `${date} ${timeOfDay}`, time.format);
  if (time.zone === 'data') return readEventTime(text);
  if (time.zone === 'unknown') return { at: null, local: readEventTime(text).local, zone: 'unknown' };
  return readTimeIn(time.zone, text);
}

function compile({ code, detail, description, place = {} }: Reading['event']) {
  return {
    code: pathOf(code),
    detail: pathOf(detail),
    description: pathOf(description),
    city: pathOf(place.city),
    state: pathOf(place.state),
    postalCode: pathOf(place.postalCode),
    country: pathOf(place.country),
  };
}

/** Settings are checked when they are saved: a path that is none is one that was left out. */
const pathOf = (text: string | undefined): JsonPath | null => (text === undefined ? null : parsePath(text));

/** A place that holds a list stands for its items. */
const listAt = (document: unknown, path: JsonPath | null): readonly unknown[] | undefined =>
  path === null ? undefined : readAll(document, path)?.flat();
