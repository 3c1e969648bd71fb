import type { CarrierEvent } from './carrier-event.ts';
import { inOrder, isAhead } from './merge-tracking.ts';
import { follow, isTerminal, type TrackingStatus } from './tracking-status.ts';

/** What a history comes to. */
export interface ParcelState {
  status: TrackingStatus;
  /** Later than planned, and not at its end. */
  delayed: boolean;
  /** The event that brought it to its status; null while nothing has. */
  decidedBy: CarrierEvent | null;
  /** The newest that happened, whatever it says. */
  newest: CarrierEvent | null;
}

/**
 * The state follows from the set of events and never from which one came last: equal histories, equal states. A number that
 * the carrier has given out again is another parcel: of several consignments, the one with the newest event counts.
 */
export function resolveParcel(history: readonly CarrierEvent[]): ParcelState {
  const state: ParcelState = { status: 'UNKNOWN', delayed: false, decidedBy: null, newest: null };
  const happened = inOrder(history.filter((event) => event.withdrawn !== true && !isAhead(event)));
  const scope = happened.findLast((event) => event.scope !== undefined)?.scope;
  for (const event of happened) {
    if (event.scope !== undefined && event.scope !== scope) continue;
    state.newest = event;
    if (event.delayed === true) state.delayed = true;
    const next = follow(state.status, event.status ?? 'UNKNOWN');
    // A second event of the same status does not move the moment at which it was reached.
    if (next !== state.status) Object.assign(state, { status: next, decidedBy: event });
  }
  return isTerminal(state.status) ? { ...state, delayed: false } : state;
}
