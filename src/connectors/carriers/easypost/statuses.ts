import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `status` of a tracker and of each of its details (EasyPost, "Tracker object"). */
export const statuses = {
  unknown: 'UNKNOWN',
  pre_transit: 'PRE_TRANSIT',
  in_transit: 'IN_TRANSIT', // the first scan at the counter, too
  out_for_delivery: 'OUT_FOR_DELIVERY',
  delivered: 'DELIVERED',
  available_for_pickup: 'AVAILABLE_FOR_PICKUP',
  return_to_sender: 'RETURN_IN_PROGRESS',
  failure: 'EXCEPTION', // a failed attempt and a lost parcel alike
  cancelled: 'CANCELLED',
  error: 'EXCEPTION',
} as const satisfies TrackingWords;

/** `status_detail`, where it says what the status leaves out. Where the parcel is, is the status's to say. */
export const details = {
  delayed: { status: null, delayed: true },
  weather_delay: { status: null, delayed: true, reason: 'weather_delay' },
  damaged: { status: null, reason: 'carrier_damaged' },
  held: { status: null, reason: 'carrier_held' },
  refused: { status: null, reason: 'consignee_refused' },
} as const satisfies TrackingWords;
