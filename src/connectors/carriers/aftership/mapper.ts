import { readEventTime, toCalendarDay } from '../../../domain/event-time.ts';
import { meaningOf, readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { subtags, tags } from './statuses.ts';
import type { WireTracking } from './wire.ts';

export function toReport(tracking: WireTracking, heard: Heard): ParcelReport {
  const events = tracking.checkpoints.map((said) =>
    makeEvent(heard, {
      // Local, as the carrier printed it; most carriers print no zone. `created_at` is when AfterShip saw it.
      time: readEventTime(said.checkpoint_time),
      code: [said.subtag ?? said.tag, said.raw_tag],
      meaning: meaningOfBoth(said),
      description: said.message,
      place: { city: said.city, state: said.state, postalCode: null, country: said.country_region },
    }),
  );
  const overall = { code: [tracking.subtag ?? tracking.tag], meaning: meaningOfBoth(tracking) };
  return {
    number: tracking.tracking_number,
    carrier: tracking.slug,
    events: [...events, ...makeOverall(heard, events, overall)],
    complete: true,
    expectedOn: toCalendarDay(tracking.courier_estimated_delivery?.estimated_delivery_date),
  };
}

function meaningOfBoth({ tag, subtag }: Pick<WireTracking, 'tag' | 'subtag'>) {
  const isKnown = subtag !== null && meaningOf(subtags, subtag) !== undefined;
  return isKnown ? readWords(subtags, subtag) : readWords(tags, tag);
}
