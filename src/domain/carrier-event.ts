import type { EventTime } from './event-time.ts';
import type { TrackingStatus } from './tracking-status.ts';

/** Why a parcel does not go on, where a carrier's code says so. */
export type TrackingReason =
  | 'carrier_damaged'
  | 'carrier_held'
  | 'carrier_missed_pickup'
  | 'consignee_absent'
  | 'consignee_hold'
  | 'consignee_refused'
  | 'customs_held'
  | 'weather_delay';

export interface EventPlace {
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
}

/** One event on the way of one parcel, as its carrier told of it. */
export interface CarrierEvent extends EventTime {
  /** The carrier's own word or code, as fine as it has one. */
  code: string;
  /** UNKNOWN where the word has no row. Null: says nothing of where it is, as "running late" does. */
  status: TrackingStatus | null;
  /** The word without a row, to be counted. */
  unmapped?: string;
  /** Later than planned, wherever it is. */
  delayed?: true;
  reason?: TrackingReason;
  /** The carrier's text. May name a person: where it is kept, it is sealed. */
  description?: string;
  place?: EventPlace;
  /** The carrier's id of this consignment, where it has given its numbers out before (FedEx: `trackingNumberUniqueId`). */
  scope?: string;
  /** What is said of the parcel as a whole, dated by its newest event; the one heard last takes the place of others. */
  overall?: true;
  /** It did not happen after all. Kept, so that the same event told again from elsewhere does not bring it back. */
  withdrawn?: true;
  source: 'push' | 'poll';
  /** When we heard it last. */
  receivedAt: string;
}

/**
 * What makes two tellings the same event. Not their text, which carriers mend afterwards, nor whether they came by push or
 * poll, nor the zone, which one channel may tell and the other not.
 */
export const identityOf = ({ scope, overall, code, local, at, place }: CarrierEvent): string =>
  overall === true
    ? JSON.stringify([scope ?? null, 'overall'])
    : JSON.stringify([scope ?? null, code, local ?? at, place?.city?.trim().toLowerCase() ?? null]);
