import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { OmsTracking } from '../write-back.ts';
import type { WirePackage } from './wire.ts';

/** `PATCH …/invoice/{invoiceNumber}` (Orders API): every key has to be there. */
export interface ParcelBody {
  trackingNumber: string;
  trackingUrl: string | null;
  courier: string | null;
  dispatchedDate: string | null;
}

/** `PUT …/invoice/{invoiceNumber}/tracking` (Orders API). */
export interface EventsBody {
  isDelivered: boolean;
  deliveredDate: string | null;
  events: { city: string; state: string; description: string; date: string }[];
}

/** Null when VTEX has it. When it was dispatched, VTEX takes and does not show. */
export function toParcelBody(tracking: OmsTracking, parcel: WirePackage): ParcelBody | null {
  const { number, url, carrier, dispatchedAt } = tracking;
  const { trackingNumber, trackingUrl, courier } = parcel;
  if (trackingNumber === number && (trackingUrl ?? null) === url && (courier ?? null) === carrier) return null;
  return { trackingNumber: number, trackingUrl: url, courier: carrier, dispatchedDate: dispatchedAt };
}

/**
 * Null when VTEX has them all. Whether a PUT adds its events or is all there is, the reference does not say; with all of
 * them nothing is lost either way. Once it is delivered it stays so, whoever said it: Pick and Pack's tracking says it, too.
 */
export function toEventsBody(tracking: OmsTracking, { courierStatus }: WirePackage): EventsBody | null {
  const { deliveredAt } = tracking;
  const wasDelivered = courierStatus?.finished === true;
  const known = new Set((courierStatus?.data ?? []).map((event) => keyOf({ ...event, date: event?.createDate })));
  const events = tracking.events.map(({ city, state, description, at }) => ({ city, state, description, date: at }));
  const isKnown = events.every((event) => known.has(keyOf(event)));
  if (isKnown && (wasDelivered || deliveredAt === null)) return null;
  // `yyyy-mm-dd hh:mm`, in no zone that is named.
  const deliveredDate = deliveredAt === null ? null : deliveredAt.slice(0, 16).replace('T', ' ');
  return { isDelivered: wasDelivered || deliveredAt !== null, deliveredDate, events };
}

interface EventFacts {
  city?: string | null | undefined;
  state?: string | null | undefined;
  description?: string | null | undefined;
  date?: string | null | undefined;
}

const keyOf = ({ city, state, description, date }: EventFacts): string =>
  JSON.stringify([city, state, description, toInstant(date) ?? date]);
