import { readEventTime, toCalendarDay } from '../../../domain/event-time.ts';
import { meaningOf, readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { details, statuses } from './statuses.ts';
import type { WireTracker } from './wire.ts';

export function toReport(tracker: WireTracker, heard: Heard): ParcelReport {
  const events = tracker.tracking_details.map((said) =>
    makeEvent(heard, {
      time: readEventTime(said.datetime),
      code: [said.status, said.carrier_code ?? said.status_detail],
      meaning: meaningOfBoth(said),
      description: said.message,
      place: {
        city: said.tracking_location?.city ?? null,
        state: said.tracking_location?.state ?? null,
        postalCode: said.tracking_location?.zip ?? null,
        country: said.tracking_location?.country ?? null,
      },
    }),
  );
  const overall = { code: [tracker.status, tracker.status_detail], meaning: meaningOfBoth(tracker) };
  return {
    number: tracker.tracking_code,
    carrier: tracker.carrier,
    events: [...events, ...makeOverall(heard, events, overall)],
    complete: true,
    expectedOn: toCalendarDay(tracker.est_delivery_date),
  };
}

function meaningOfBoth({ status, status_detail: detail }: Pick<WireTracker, 'status' | 'status_detail'>) {
  const meaning = readWords(statuses, status);
  const more = detail === null ? undefined : meaningOf(details, detail);
  return typeof more === 'object' ? { ...more, ...meaning } : meaning;
}
