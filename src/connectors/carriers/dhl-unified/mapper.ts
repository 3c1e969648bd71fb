import { readEventTime, toCalendarDay } from '../../../domain/event-time.ts';
import { readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { codes } from './statuses.ts';
import type { WireShipment, WireStatus } from './wire.ts';

/**
 * Events have local times without a zone. The newest stands beside them as the shipment's status, with its zone: merged, the
 * two are one event.
 */
export function toReport(number: string, shipment: WireShipment, heard: Heard): ParcelReport {
  const said = [...shipment.events, ...(shipment.status === null ? [] : [shipment.status])].filter(isSaid);
  return {
    number,
    carrier: null,
    events: said.map((status) =>
      makeEvent(heard, {
        time: readEventTime(status.timestamp),
        code: [status.statusCode, status.status],
        meaning: readWords(codes, status.statusCode),
        description: status.description,
        place: {
          city: status.location?.address?.addressLocality ?? null,
          state: null,
          postalCode: status.location?.address?.postalCode ?? null,
          country: status.location?.address?.countryCode ?? null,
        },
      }),
    ),
    complete: true,
    expectedOn: toCalendarDay(shipment.estimatedTimeOfDelivery),
  };
}

const isSaid = ({ timestamp, statusCode }: WireStatus): boolean => timestamp !== null || statusCode !== null;
