import { toCalendarDay, withGmt } from '../../../domain/event-time.ts';
import { readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, makeOverall, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { categories, codes, texts } from './statuses.ts';
import type { WireTracking } from './wire.ts';

export function toReport(number: string, tracking: WireTracking, heard: Heard): ParcelReport {
  const events = tracking.trackingEvents.map((said) =>
    makeEvent(heard, {
      time: withGmt(said.eventTimestamp, said.GMTTimestamp),
      code: [said.eventCode ?? said.eventType],
      meaning: meaningOf(said.eventType, said.eventCode),
      description: said.eventType,
      place: { city: said.eventCity, state: said.eventState, postalCode: said.eventZIP, country: said.eventCountry },
    }),
  );
  const { status, statusCategory, deliveryDateExpectation, expectedDeliveryDate } = tracking;
  const overall = { code: [statusCategory ?? status], meaning: meaningOf(status, statusCategory), description: status };
  return {
    number,
    carrier: null,
    events: [...events, ...makeOverall(heard, events, overall)],
    complete: true,
    expectedOn: toCalendarDay(deliveryDateExpectation?.expectedDeliveryDate ?? expectedDeliveryDate),
  };
}

const words = { ...categories, ...texts, ...codes };

/** The text first, where it says more; then the code or category; then what the text begins with. */
function meaningOf(text: string | null, code: string | null) {
  const said = text?.toLowerCase() ?? null;
  if (said !== null && Object.hasOwn(texts, said)) return readWords(texts, said);
  const meaning = readWords(words, code, code?.toLowerCase(), said?.split(',')[0]);
  return meaning.unmapped === undefined ? meaning : { ...meaning, unmapped: code ?? text ?? meaning.unmapped };
}
