import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `status_code` (ShipEngine, "Tracking status codes"). */
export const statuses = {
  UN: 'UNKNOWN',
  AC: 'PRE_TRANSIT', // "accepted": the label's data as often as the parcel
  NY: 'PRE_TRANSIT', // not yet in the system
  IT: 'IN_TRANSIT',
  DE: 'DELIVERED',
  EX: 'EXCEPTION',
  AT: 'DELIVERY_ATTEMPTED',
  SP: 'AVAILABLE_FOR_PICKUP', // delivered to a collection point: nobody has it yet
} as const satisfies TrackingWords;

/** `status_detail_code` (ShipEngine's list for carriers), where it says more than its status. */
export const details = {
  ELEC_ADVICE_RECD_BY_CARRIER: 'PRE_TRANSIT',
  PICKED_UP: 'PICKED_UP',
  DROPPED_OFF: 'PICKED_UP',
  RECEIVED_BY_CARRIER: 'PICKED_UP',
  COLLECTION_MADE: 'PICKED_UP',
  OUT_FOR_DELIVERY: 'OUT_FOR_DELIVERY',
  ATTEMPTED_DELIVERY: 'DELIVERY_ATTEMPTED',
} as const satisfies TrackingWords;
