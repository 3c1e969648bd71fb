import { readEventTime } from '../../../domain/event-time.ts';
import { resolveParcel } from '../../../domain/parcel-state.ts';
import { trackingTable } from '../../../domain/tracking-status.ts';
import { meaningOf, readWords, type TrackingWords } from '../../../domain/tracking-words.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { CarrierEvent } from '../../../domain/carrier-event.ts';
import { makeFailure } from '../exchange.ts';
import { toResult as toResultOf } from '../track-each.ts';
import type { TrackResult } from '../port.ts';
import { statuses, texts } from './statuses.ts';
import type { WireArticle, WireResult } from './wire.ts';

export const australiaPostName = { id: 'australia-post', title: 'Australia Post' } as const;

export function toResult(number: string, result: WireResult | undefined, heard: Heard): TrackResult {
  const code = result?.errors[0]?.code;
  if (result === undefined || code != null) {
    // "Invalid tracking ID" is said of a number that is not in the system yet, too.
    if (code === 'ESB-10001') return { outcome: 'notFound' };
    const refusal = code == null ? ({ kind: 'transient', code: 'unanswered' } as const) : ({ kind: 'rejected', code: 'refused' } as const); // prettier-ignore
    const failure = makeFailure(australiaPostName, refusal, 'Australia Post has no answer for this number', {
      theirCode: code,
    });
    return { outcome: 'failed', failure };
  }
  const articles = result.trackable_items.flatMap((item) => (item.items.length === 0 ? [item] : item.items));
  const events = lastOf(
    articles.map((article) => eventsOf(article, articles.length === 1 ? result.status : null, heard)),
  );
  return toResultOf({ number, carrier: null, events, complete: articles.length === 1, expectedOn: null });
}

function eventsOf(article: WireArticle, whole: string | null, heard: Heard): CarrierEvent[] {
  const events = article.events.map(({ description, date, location }) =>
    makeEvent(heard, {
      time: readEventTime(date),
      code: [description],
      meaning: readText(description),
      description,
      place: { city: location, state: null, postalCode: null, country: null },
    }),
  );
  const status = article.status ?? whole;
  return [...events, ...makeOverall(heard, events, { code: [status], meaning: readWords(statuses, status) })];
}

/** A consignment of several articles is where the last of them is. */
function lastOf(histories: readonly CarrierEvent[][]): CarrierEvent[] {
  const rankOf = (events: readonly CarrierEvent[]): number => trackingTable[resolveParcel(events).status].rank;
  return [...histories].sort((a, b) => rankOf(a) - rankOf(b))[0] ?? [];
}

function readText(description: string | null) {
  const text = description?.toLowerCase() ?? '';
  const words: TrackingWords = texts;
  if (meaningOf(words, text) !== undefined) return readWords(words, text);
  const row = Object.keys(words).find((start) => start !== 'delivered' && text.startsWith(start));
  return readWords(words, row ?? description);
}
