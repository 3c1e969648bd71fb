import { fromDigits, toCalendarDay, withGmt } from '../../../domain/event-time.ts';
import { readWords } from '../../../domain/tracking-words.ts';
import { makeEvent, type Heard } from '../make-event.ts';
import type { ParcelReport } from '../port.ts';
import { codes, decidingTypes, types } from './statuses.ts';
import type { WireAlert, WirePackage, WireStatus } from './wire.ts';

export function toReport(number: string, parcel: WirePackage, heard: Heard): ParcelReport {
  const dayOf = (type: string): string | null =>
    toCalendarDay(fromDigits(parcel.deliveryDate.find((day) => day.type === type)?.date, null));
  const deliveredOn = dayOf('DEL');
  return {
    number,
    carrier: null,
    events: parcel.activity.flatMap(({ status, location, ...when }) => {
      if (status === null) return [];
      const time = withGmt(fromDigits(when.date, when.time), fromDigits(when.gmtDate, when.gmtTime));
      const address = location?.address;
      const isDelivered = deliveredOn !== null && (time.local === null || time.local.startsWith(deliveredOn));
      return makeEvent(heard, {
        time,
        code: [status.type, status.code],
        meaning: meaningOfStatus(status, isDelivered),
        description: status.description,
        place: {
          city: address?.city ?? null,
          state: address?.stateProvince ?? null,
          postalCode: address?.postalCode ?? null,
          country: address?.countryCode ?? address?.country ?? null,
        },
      });
    }),
    complete: true,
    expectedOn: dayOf('RDD') ?? dayOf('SDD'),
  };
}

/** One event, and nothing of what was before it. */
export function toAlertReport(alert: WireAlert, heard: Heard): ParcelReport {
  const { activityStatus: status, activityLocation: location } = alert;
  const event = makeEvent(heard, {
    time: withGmt(
      fromDigits(alert.localActivityDate, alert.localActivityTime),
      fromDigits(alert.gmtActivityDate, alert.gmtActivityTime),
    ),
    code: [status.type, status.code],
    meaning: meaningOfStatus(status, alert.actualDeliveryDate !== null),
    description: status.description,
    place: {
      city: location?.city ?? null,
      state: location?.stateProvince ?? null,
      postalCode: location?.postalCode ?? null,
      country: location?.country ?? null,
    },
  });
  const expectedOn = toCalendarDay(fromDigits(alert.scheduledDeliveryDate, null));
  return { number: alert.trackingNumber, carrier: null, events: [event], complete: false, expectedOn };
}

/**
 * Type `D` is said of parcels that are loaded for delivery, too: it is a delivery only with a date of it. The simplified text
 * is not read at all: UPS's own sample has "Delivered" on a parcel at customs.
 */
function meaningOfStatus({ type, code }: WireStatus, isDelivered: boolean) {
  if (type !== null && decidingTypes.has(type)) return readWords(types, type);
  if (code !== null && Object.hasOwn(codes, code)) return readWords(codes, code);
  if (type === 'D') return { status: isDelivered ? 'DELIVERED' : 'OUT_FOR_DELIVERY' } as const;
  return readWords(types, type);
}
