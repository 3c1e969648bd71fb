import type { FleetStep, FleetWords } from '../../../domain/order-fleet.ts';
import type { TrackingStatus } from '../../../domain/tracking-status.ts';
import { isOver, toCode } from './statuses.ts';

/**
 * What Nash is told of a delivery by the merchant's own fleet: `DeliveryStatusUpdateValue` (OpenAPI 1.0.0), with the document's
 * words beside each row. Null: Nash has no word for it, or a word that ends what has not ended.
 */
const told = {
  UNKNOWN: null,
  PRE_TRANSIT: null, // "a driver has accepted": a label says nothing of a driver, nor that the store is not still picking
  PICKED_UP: 'pickup_complete', // "package has been picked up"
  IN_TRANSIT: 'dropoff_enroute', // "driver is on the way to the customer"
  OUT_FOR_DELIVERY: 'dropoff_enroute', // the same word
  DELIVERY_ATTEMPTED: 'dropoff_enroute', // there will be another attempt; "failed" is "delivery aborted (terminal)"
  AVAILABLE_FOR_PICKUP: 'dropoff_enroute', // no word among these; the customer has not got it
  EXCEPTION: null, // may come right
  EXPIRED: null, // nobody knows
  CANCELLED: null, // a label was voided: "provider canceled the dispatch" would end the order's delivery
  DELIVERED: 'dropoff_complete', // "package delivered (terminal success)"
  RETURN_IN_PROGRESS: 'return_in_progress', // "package is being returned to the pickup location"
  RETURNED: 'returned_to_store', // "package returned (terminal)"
} as const satisfies Record<TrackingStatus, string | null>;

/** Nash prints no table of what may follow what; its list is "ordered roughly chronologically", and what is terminal it says. */
const ranks: Readonly<Record<string, number>> = {
  pickup_complete: 1,
  dropoff_enroute: 2,
  dropoff_arrived: 2,
  return_in_progress: 3,
  return_arrived: 3,
  dropoff_complete: 9,
  returned: 9,
  returned_to_store: 9,
};

export const rankOf = (code: string): number => (Object.hasOwn(ranks, toCode(code)) ? (ranks[toCode(code)] ?? 0) : 0);

export const fleetWords: FleetWords = {
  step(status): FleetStep | null {
    const word = told[status];
    return word === null ? null : { word, rank: rankOf(word) };
  },
  rankOf,
  isOver,
};
