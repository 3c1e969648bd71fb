import { readEventTime, toCalendarDay } from '../../../domain/event-time.ts';
import { meaningOf, readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { statuses, substatuses } from './statuses.ts';
import type { WireStatus, WireTrack } from './wire.ts';

/** The newest status stands beside the history, and may or may not stand in it, too: as an event it is the same one. */
export function toReport(track: WireTrack, heard: Heard): ParcelReport {
  const { tracking_status: newest, tracking_history: history } = track;
  const said = [...history, ...(newest === null ? [] : [newest])].filter(isSaid);
  return {
    number: track.tracking_number,
    carrier: track.carrier,
    events: said.map((status) =>
      makeEvent(heard, {
        time: readEventTime(status.status_date),
        code: [status.status, status.substatus?.code ?? null],
        meaning: meaningOfBoth(status),
        description: status.status_details,
        place: {
          city: status.location?.city ?? null,
          state: status.location?.state ?? null,
          postalCode: status.location?.zip ?? null,
          country: status.location?.country ?? null,
        },
      }),
    ),
    complete: true,
    expectedOn: toCalendarDay(track.eta),
  };
}

/** Of a number that Shippo has heard nothing about there is a status without a date. */
const isSaid = ({ status, status_date: date }: WireStatus): boolean =>
  date !== null || (status !== null && status !== 'UNKNOWN');

function meaningOfBoth({ status, substatus }: WireStatus) {
  const meaning = readWords(statuses, status);
  const more = substatus?.code == null ? undefined : meaningOf(substatuses, substatus.code);
  if (more === undefined) return meaning;
  if (typeof more === 'string') return { status: more };
  return more.status === null ? { ...more, ...meaning } : more;
}
