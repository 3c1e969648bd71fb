import type { TrackingWords } from '../../../domain/tracking-words.ts';

/** `type` of a status (UPS Tracking API, "status"; Track Alert, "activityStatus"). `D` is not here: see mapper.ts. */
export const types = {
  M: 'PRE_TRANSIT', // manifest: the label's data
  MV: 'CANCELLED', // manifest voided
  P: 'PICKED_UP',
  I: 'IN_TRANSIT',
  O: 'OUT_FOR_DELIVERY',
  U: { status: null, delayed: true }, // updated: another day than planned
  X: 'EXCEPTION',
  RS: 'RETURN_IN_PROGRESS', // returned to shipper
  NA: 'UNKNOWN',
} as const satisfies TrackingWords;

/** `code`, where it says more than a type that is on its normal way. OT and MP are in UPS's samples, the others are not. */
export const codes = {
  OT: 'OUT_FOR_DELIVERY', // comes with type I
  OR: 'PICKED_UP', // origin scan
  PU: 'PICKED_UP',
  MP: 'PRE_TRANSIT',
  DP: 'IN_TRANSIT', // departed
  AR: 'IN_TRANSIT', // arrived; with type X it is "access restricted"
  VD: 'CANCELLED', // voided
} as const satisfies TrackingWords;

/** Types that no code overrides. */
export const decidingTypes: ReadonlySet<string> = new Set(['X', 'RS', 'MV', 'U']);
