import type { TrackingReason } from '../../../domain/carrier-event.ts';
import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `eventType` of a scan and `code` of the latest status (FedEx Track API). `DE` is no delivery. */
export const codes = {
  OC: 'PRE_TRANSIT', // shipment information sent
  OX: 'PRE_TRANSIT', // information sent to USPS
  EP: 'PRE_TRANSIT', // enroute to pickup
  MD: 'PRE_TRANSIT',
  PY: { status: 'PRE_TRANSIT', delayed: true },
  PU: 'PICKED_UP',
  PX: 'PICKED_UP',
  OF: 'PICKED_UP', // at the origin facility
  AP: 'PICKED_UP', // at pickup
  IT: 'IN_TRANSIT',
  IX: 'IN_TRANSIT',
  AA: 'IN_TRANSIT', // at airport
  AC: 'IN_TRANSIT', // at a Canada Post facility
  AF: 'IN_TRANSIT', // at a FedEx facility
  AR: 'IN_TRANSIT', // arrived
  AX: 'IN_TRANSIT', // at a USPS facility
  DP: 'IN_TRANSIT', // departed
  EA: 'IN_TRANSIT', // export approved
  EO: 'IN_TRANSIT', // enroute to the origin airport
  FD: 'IN_TRANSIT', // at the destination facility
  LO: 'IN_TRANSIT', // left origin
  PF: 'IN_TRANSIT', // plane in flight
  PL: 'IN_TRANSIT', // plane landed
  PM: 'IN_TRANSIT', // in progress
  SF: 'IN_TRANSIT', // at the sort facility
  TR: 'IN_TRANSIT', // transfer
  AD: 'OUT_FOR_DELIVERY', // at delivery
  ED: 'OUT_FOR_DELIVERY', // enroute to delivery
  OD: 'OUT_FOR_DELIVERY', // on the vehicle
  DL: 'DELIVERED',
  DE: 'DELIVERY_ATTEMPTED', // delivery exception
  SE: 'EXCEPTION', // shipment exception
  CD: { status: 'EXCEPTION', reason: 'customs_held' }, // clearance delay
  HA: { status: 'EXCEPTION', reason: 'consignee_hold' }, // hold at location asked for
  HL: 'AVAILABLE_FOR_PICKUP', // held at location
  HP: 'AVAILABLE_FOR_PICKUP', // ready for the recipient
  DY: { status: 'IN_TRANSIT', delayed: true }, // delay
  DD: { status: 'IN_TRANSIT', delayed: true }, // delivery delay
  RL: { status: 'IN_TRANSIT', delayed: true }, // running late
  CA: 'CANCELLED',
  RS: 'RETURN_IN_PROGRESS', // return to shipper
  RT: 'RETURN_IN_PROGRESS',
} as const satisfies TrackingWords;

/** `exceptionCode` of a scan, those that FedEx's samples explain. */
export const reasons: Readonly<Record<string, TrackingReason>> = {
  '08': 'consignee_absent', // customer not available or business closed
};
