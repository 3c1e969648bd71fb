/** One event in the account's words, before hook or feed spell it. */
export interface OrderEvent {
  eventId: string;
  domain: string;
  orderId: string;
  state: string;
  lastState: string;
  /** The change before this one. */
  lastChange: string;
  currentChange: string;
}

/** States that the order flow's article gives to the marketplace alone; all others are the seller's, or both's. */
const marketplaceStates: ReadonlySet<string> = new Set([
  'order-created', 'on-order-completed', 'waiting-for-authorization', 'waiting-for-mkt-authorization', 'waiting-seller-handling',
  'payment-pending', 'approve-payment', 'payment-approved', 'window-to-change-payment', 'window-to-change-seller',
  'ready-for-invoicing', 'invoice', 'request-cancel', 'waiting-for-seller-decision',
]); // prettier-ignore

/** Whose flow moves. An account that is marketplace and seller in one has both, and `both` tells of each. */
export const domainsOf = (state: string, both: boolean): string[] =>
  both ? ['Marketplace', 'Fulfillment'] : [marketplaceStates.has(state) ? 'Marketplace' : 'Fulfillment'];
