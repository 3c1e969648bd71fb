import type { OmsPhase } from '../port.ts';

/**
 * Every state of an order that VTEX documents ("Order flow and status"; Orders API, filter of feed and hook), in its own
 * words, and what Packline does about it. `*` = automatic. Left out, and so unknown: `replaced`, a word in the filter's
 * list that no document explains; `null`, an order that is incomplete; and misspellings in the guides' examples
 * (`cancelation-request`).
 */
export const phases = {
  // Not released yet. Most are the marketplace's side of the order, which never gets further here.
  'order-created': 'placed', // * being processed
  'order-accepted': 'placed', // received by the seller
  'order-completed': 'placed', // in examples only: checkout data complete
  'on-order-completed': 'placed', // checkout data complete
  'on-order-completed-ffm': 'placed', // the same, at the seller
  'order-create-error': 'placed',
  'order-creation-error': 'placed',
  'waiting-for-authorization': 'placed', // waits for the seller's confirmation
  'waiting-for-sellers-confirmation': 'placed', // the same, in the list's words
  'waiting-for-order-authorization': 'placed',
  'payment-pending': 'placed',
  'approve-payment': 'placed',
  'payment-approved': 'placed',
  'window-to-change-payment': 'placed',
  'window-to-change-seller': 'placed',
  'waiting-ffmt-authorization': 'placed', // waits for the marketplace
  'waiting-for-manual-authorization': 'placed',
  'waiting-for-fulfillment': 'placed', // stores with a WMS
  'waiting-for-mkt-authorization': 'placed', // multilevel
  'waiting-seller-handling': 'placed', // the marketplace's view of what its seller does
  'authorize-fulfillment': 'placed', // reservation confirmed
  'window-to-cancel': 'placed', // grace period of the customer, 30 minutes by default
  'cancellation-request-denied-ffm': 'placed', // seen in known issues; the flow goes on with its next state

  'ready-for-handling': 'ready', // waits for start-handling

  'start-handling': 'handling', // * accepted
  handling: 'handling', // being prepared, until the invoice
  'ready-for-invoicing': 'handling', // stores with picking and packing
  invoice: 'handling', // * the invoice is verified
  'invoice-after-cancellation-deny': 'handling',

  invoiced: 'invoiced', // final; tracking does not change it

  'request-cancel': 'cancelAsked', // the customer asked
  'waiting-for-seller-decision': 'cancelAsked', // the marketplace waits
  'cancellation-requested': 'cancelAsked', // the seller decides

  cancel: 'canceled', // * being canceled
  canceled: 'canceled',
} as const satisfies Record<string, OmsPhase>;

/** Undefined for a state without a row. */
export const phaseOf = (state: string): OmsPhase | undefined => (isState(state) ? phases[state] : undefined);
const isState = (state: string): state is keyof typeof phases => Object.hasOwn(phases, state);

/**
 * What a connection asks for when nothing else is said: the release, every step after it that lasts, and each way to a
 * cancellation.
 */
export const defaultStates = [
  'ready-for-handling',
  'handling',
  'ready-for-invoicing',
  'invoiced',
  'request-cancel',
  'waiting-for-seller-decision',
  'cancellation-requested',
  'cancel',
  'canceled',
] as const satisfies readonly (keyof typeof phases)[];
