import * as z from 'zod';

/** Where a parcel is, in words that mean the same for every carrier. `rank` orders what is said of one moment. */
export const trackingTable = {
  UNKNOWN: { rank: 0 }, // nothing usable, a number that is not there yet included
  PRE_TRANSIT: { rank: 1 }, // a label or booking; the carrier has not got the goods
  PICKED_UP: { rank: 2 }, // the carrier has them
  IN_TRANSIT: { rank: 3 }, // moving
  OUT_FOR_DELIVERY: { rank: 4 }, // in the last vehicle
  DELIVERY_ATTEMPTED: { rank: 5 }, // nobody took it; there will be another attempt
  EXCEPTION: { rank: 6 }, // something is wrong, and may come right
  AVAILABLE_FOR_PICKUP: { rank: 7 }, // waiting for whom it is for
  EXPIRED: { rank: 8 }, // nothing was heard for long; the next scan opens it again
  CANCELLED: { rank: 9 },
  DELIVERED: { rank: 10 },
  RETURN_IN_PROGRESS: { rank: 11 }, // on its way back
  RETURNED: { rank: 12 },
} as const;

export type TrackingStatus = keyof typeof trackingTable;
export const trackingStatuses = Object.keys(trackingTable).filter(isTrackingStatus);
export const TrackingStatusSchema = z.enum(trackingStatuses).meta({ id: 'TrackingStatus' });

export function isTrackingStatus(word: string): word is TrackingStatus {
  return Object.hasOwn(trackingTable, word);
}

/** What decides how a parcel's way ended: never dropped from a history for what is merely newer. */
const decisive: ReadonlySet<TrackingStatus> = new Set(['CANCELLED', 'DELIVERED', 'RETURN_IN_PROGRESS', 'RETURNED']);
export const isDecisive = (status: TrackingStatus | null): boolean => status !== null && decisive.has(status);

/** Nothing follows but the way back, or a correction. */
const terminal: ReadonlySet<TrackingStatus> = new Set(['DELIVERED', 'RETURNED', 'CANCELLED']);
export const isTerminal = (status: TrackingStatus): boolean => terminal.has(status);

/**
 * The status of a parcel that had this one, when the next event of its way says another. Late scans are stamped after a
 * delivery every day: an end stands against them. Once a parcel goes back, its scans are those of the way back, and where it
 * is then "delivered" is where it came from.
 */
export function follow(now: TrackingStatus, said: TrackingStatus): TrackingStatus {
  if (said === 'UNKNOWN') return now;
  switch (now) {
    case 'RETURNED':
      return now;
    case 'RETURN_IN_PROGRESS':
      return said === 'DELIVERED' || said === 'RETURNED' ? 'RETURNED' : now;
    case 'DELIVERED':
      return said === 'RETURN_IN_PROGRESS' || said === 'RETURNED' ? said : now;
    case 'CANCELLED':
      // The goods went all the same; anything less than an end may be a scan of the cancelled label.
      return isDecisive(said) ? said : now;
    case 'UNKNOWN':
    case 'PRE_TRANSIT':
    case 'EXPIRED':
      return said;
    default:
      // The label's data comes in after its goods.
      return said === 'PRE_TRANSIT' ? now : said;
  }
}
