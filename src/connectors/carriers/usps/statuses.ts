import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `statusCategory`, in lower case; what stands before the comma of an event's text is one of them, too. */
export const categories = {
  'pre-shipment': 'PRE_TRANSIT',
  accepted: 'PICKED_UP',
  'in transit': 'IN_TRANSIT',
  'out for delivery': 'OUT_FOR_DELIVERY',
  delivered: 'DELIVERED',
  'available for pickup': 'AVAILABLE_FOR_PICKUP',
  'delivery attempt': 'DELIVERY_ATTEMPTED',
  alert: 'EXCEPTION',
  'return to sender': 'RETURN_IN_PROGRESS',
} as const satisfies TrackingWords;

/** `eventCode`. MA and OA are in no sample of USPS's. */
export const codes = {
  GX: 'PRE_TRANSIT', // label created, USPS awaits the item
  MA: 'PRE_TRANSIT',
  '03': 'PICKED_UP', // in possession
  OA: 'PICKED_UP',
  '10': 'IN_TRANSIT', // arrived at a facility
  '07': 'IN_TRANSIT', // arrived at a post office
  SF: 'IN_TRANSIT',
  T1: 'IN_TRANSIT',
  OF: 'OUT_FOR_DELIVERY',
  '01': 'DELIVERED',
} as const satisfies TrackingWords;

/** Texts that say where a delivery went, in lower case: code and category are those of any delivery. */
export const texts = {
  'delivered, to original sender': 'RETURNED',
} as const satisfies TrackingWords;
