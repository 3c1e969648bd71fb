import { countedParcels } from './order-parcels.ts';
import type { Order } from './order.ts';
import { trackingTable, type TrackingStatus } from './tracking-status.ts';

/** How far a fulfilment system was told that the merchant's own fleet is with an order. */
export interface FleetState {
  /** The system's own word. It is never told one of the same rank or less. */
  word: string;
  rank: number;
  /** Why it would not hear of it. */
  refused?: string | undefined;
  /** How often it could not hear of what is owed now. */
  tries?: number | undefined;
}

/** A fulfilment system's words for the way of a delivery. */
export interface FleetWords {
  /** What is told of a parcel in this status; null: nothing. */
  step(status: TrackingStatus): FleetStep | null;
  /** How far a delivery is that the system itself says is there; 0 where that is before all that is told. */
  rankOf(code: string): number;
  /** A delivery attempt that ended so; what follows is another one's. */
  isOver(code: string): boolean;
}
export interface FleetStep {
  word: string;
  rank: number;
}

/**
 * What an order's fulfilment system has to be told of its parcels; null where it knows, or there is nothing to say. Follows from
 * the newest state alone and goes forward only: news that came late, or a step that was told before, says nothing.
 */
export function owedToFleet(order: Order, words: FleetWords): FleetStep | null {
  const { fulfilment, status } = order;
  if (fulfilment?.dispatchedAt === undefined || status === 'CANCELED') return null;
  const way = wayOf(order);
  const step = way === null ? null : words.step(way);
  if (step === null || step.rank <= (fulfilment.fleet?.rank ?? 0)) return null;
  return step.rank <= knownRank(order, words) ? null : step;
}

/** Where all parcels of an order are together: as far as the last of them, and at its end with the last. */
function wayOf({ tracking }: Order): TrackingStatus | null {
  const parcels = countedParcels(tracking?.trackingNumber, tracking?.parcels ?? []).map(({ status }) => status);
  const open = parcels.filter((status) => status !== 'DELIVERED' && status !== 'RETURNED');
  const [last = null] = open.toSorted((a, b) => trackingTable[a].rank - trackingTable[b].rank);
  if (last !== null || parcels.length === 0) return last;
  return parcels.every((status) => status === 'RETURNED') ? 'RETURNED' : 'DELIVERED';
}

/** What the system says itself of the attempts that live. */
function knownRank({ evidence, fulfilment }: Order, words: FleetWords): number {
  const own = evidence.filter(({ system }) => system === fulfilment?.connector);
  const over = new Set(own.filter(({ code }) => words.isOver(code)).map(({ subject }) => subject));
  return Math.max(0, ...own.filter(({ subject }) => !over.has(subject)).map(({ code }) => words.rankOf(code)));
}
