import { toCalendarDay, withGmt } from '../../../domain/event-time.ts';
import { meaningOf, readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { details, statuses } from './statuses.ts';
import type { WireTracking } from './wire.ts';

export function toReport(tracking: WireTracking, heard: Heard): ParcelReport {
  const events = tracking.events.map((said) =>
    makeEvent(heard, {
      time: withGmt(said.carrier_occurred_at, said.occurred_at),
      code: [said.status_code, said.event_code],
      meaning: meaningOfBoth(said),
      description: said.description,
      place: {
        city: said.city_locality,
        state: said.state_province,
        postalCode: said.postal_code,
        country: said.country_code,
      },
    }),
  );
  const overall = { code: [tracking.status_code, tracking.carrier_status_code], meaning: meaningOfBoth(tracking) };
  return {
    number: tracking.tracking_number,
    carrier: tracking.carrier_code,
    events: [...events, ...makeOverall(heard, events, overall)],
    complete: true,
    expectedOn: toCalendarDay(tracking.estimated_delivery_date),
  };
}

function meaningOfBoth({
  status_code: code,
  status_detail_code: detail,
}: Pick<WireTracking, 'status_code' | 'status_detail_code'>) {
  // prettier-ignore
  const isKnown = detail !== null && meaningOf(details, detail) !== undefined;
  return isKnown ? readWords(details, detail) : readWords(statuses, code);
}
