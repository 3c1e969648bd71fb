import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `statusCode` (DHL, "Shipment Tracking - Unified"): five, whatever DHL's companies say themselves. */
export const codes = {
  'pre-transit': 'PRE_TRANSIT',
  transit: 'IN_TRANSIT', // from the pickup to the last vehicle
  delivered: 'DELIVERED',
  failure: 'EXCEPTION',
  unknown: 'UNKNOWN', // no delay: DHL could not classify it
} as const satisfies TrackingWords;
