import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `status` of an article or a consignment (Australia Post, "Statuses"). Of the whole, never of its events. */
export const statuses = {
  Created: 'PRE_TRANSIT',
  Initiated: 'PRE_TRANSIT',
  Sealed: 'PRE_TRANSIT',
  'In transit': 'IN_TRANSIT',
  'On Board for Delivery': 'OUT_FOR_DELIVERY',
  'Awaiting collection': 'AVAILABLE_FOR_PICKUP',
  'Ready for Pickup': 'AVAILABLE_FOR_PICKUP',
  'Possible delay': { status: 'IN_TRANSIT', delayed: true },
  'Held by courier': { status: 'EXCEPTION', reason: 'carrier_held' },
  'Unsuccessful pickup': { status: 'PRE_TRANSIT', reason: 'carrier_missed_pickup' }, // still at the sender's
  'Unsuccessful Delivery': 'DELIVERY_ATTEMPTED',
  'To be Re-Delivered': 'DELIVERY_ATTEMPTED',
  'Cannot be delivered': 'EXCEPTION',
  'Article damaged': { status: 'EXCEPTION', reason: 'carrier_damaged' },
  Cancelled: 'CANCELLED',
  Delivered: 'DELIVERED',
  'Delivered in Full': 'DELIVERED',
  Unknown: 'UNKNOWN', // also beside a list of events
  'Track items for detailed delivery information': 'UNKNOWN', // the articles are in different places
} as const satisfies TrackingWords;

/** What events say, in lower case: they have a text and no code. Each row is the whole text, or what it begins with. */
export const texts = {
  'shipment information received': 'PRE_TRANSIT',
  'received by australia post': 'PICKED_UP',
  'arrived at facility': 'IN_TRANSIT',
  'item processed at facility': 'IN_TRANSIT',
  'in transit to next facility': 'IN_TRANSIT', // … in <town>
  'processed by air carrier': 'IN_TRANSIT',
  'onboard for delivery': 'OUT_FOR_DELIVERY',
  'awaiting collection': 'AVAILABLE_FOR_PICKUP',
  'leave in a safe place requested': { status: null }, // … by receiver
  delivered: 'DELIVERED',
  'delivered -': 'DELIVERED', // … left in a safe place
} as const satisfies TrackingWords;
