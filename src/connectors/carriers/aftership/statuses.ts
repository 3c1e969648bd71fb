import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `tag` of a tracking and of each checkpoint (AfterShip, "Delivery statuses"). */
export const tags = {
  Pending: 'UNKNOWN', // nothing from the carrier yet
  InfoReceived: 'PRE_TRANSIT',
  InTransit: 'IN_TRANSIT',
  OutForDelivery: 'OUT_FOR_DELIVERY',
  AttemptFail: 'DELIVERY_ATTEMPTED',
  Delivered: 'DELIVERED',
  AvailableForPickup: 'AVAILABLE_FOR_PICKUP',
  Exception: 'EXCEPTION',
  Expired: 'EXPIRED', // nothing for 30 days
} as const satisfies TrackingWords;

/** `subtag`, where it says more than its tag ("Delivery sub-statuses"). */
export const subtags = {
  InTransit_002: 'PICKED_UP', // acceptance scan
  Exception_003: { status: 'EXCEPTION', reason: 'consignee_refused' }, // customer refused delivery
  Exception_004: { status: 'EXCEPTION', delayed: true, reason: 'customs_held' }, // delayed (customs clearance)
  Exception_005: { status: 'EXCEPTION', delayed: true }, // delayed (external factors)
  Exception_010: 'RETURN_IN_PROGRESS', // returning to sender
  Exception_011: 'RETURNED', // returned to sender
  Exception_012: { status: 'EXCEPTION', reason: 'carrier_damaged' }, // shipment damaged
  Exception_016: { status: 'EXCEPTION', delayed: true }, // delayed (processing issue)
  Exception_017: { status: 'EXCEPTION', delayed: true, reason: 'weather_delay' }, // delayed (extreme weather)
} as const satisfies TrackingWords;
