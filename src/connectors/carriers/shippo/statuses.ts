import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `status` (Shippo, "Tracking statuses"). */
export const statuses = {
  UNKNOWN: 'UNKNOWN',
  PRE_TRANSIT: 'PRE_TRANSIT',
  TRANSIT: 'IN_TRANSIT',
  DELIVERED: 'DELIVERED',
  RETURNED: 'RETURNED',
  FAILURE: 'EXCEPTION',
} as const satisfies TrackingWords;

/** `substatus.code`, where it says more than its status. */
export const substatuses = {
  package_accepted: 'PICKED_UP',
  out_for_delivery: 'OUT_FOR_DELIVERY',
  pickup_available: 'AVAILABLE_FOR_PICKUP',
  delivery_attempted: 'DELIVERY_ATTEMPTED',
  return_to_sender: 'RETURN_IN_PROGRESS', // "is to be returned", also beside the status RETURNED
  delayed: { status: null, delayed: true },
  package_damaged: { status: 'EXCEPTION', reason: 'carrier_damaged' },
  package_held: { status: 'EXCEPTION', reason: 'carrier_held' },
} as const satisfies TrackingWords;
