import { statusTable } from '../../../domain/order-status.ts';
import type { Meaning, Vocabulary } from '../../../domain/resolve-status.ts';

/**
 * Every word of Nash's `EntityStatus` (OpenAPI 1.0.0, 51 values: orders, tasks, deliveries and activities share it), in
 * lower case, and what it says of our order. The documentation prints some in capitals, the API does not.
 */
export const vocabulary = {
  // Orders ("Orders", "Order status").
  valid: { reached: 'READY_FOR_HANDLING' }, // ready to be dispatched to a job and a delivery
  confirmed: { reached: 'READY_FOR_HANDLING' }, // a valid order that somebody confirmed
  dispatched: { reached: 'READY_FOR_HANDLING' }, // the order became a job
  needs_attention: { ignored: true }, // data issues; told as a problem of the order, beside its status
  archived: { canceled: true }, // Nash's only way to call off an order that was not dispatched; refused after that

  // A delivery on its normal way ("Delivery statuses"). The courier is the picker, so arriving at the store begins it.
  created: { reached: 'READY_FOR_HANDLING' }, // the delivery has been created
  scheduled: { reached: 'READY_FOR_HANDLING' }, // created for later
  not_assigned_driver: { reached: 'READY_FOR_HANDLING' }, // no courier yet
  assigned_driver: { reached: 'READY_FOR_PICKING' }, // a courier has been assigned
  started: { reached: 'READY_FOR_PICKING' }, // the courier has begun the route
  pickup_enroute: { reached: 'READY_FOR_PICKING' }, // on the way to the store
  pickup_arrived: { reached: 'PICKING' }, // at the store
  items_pick_update: { reached: 'PICKING' }, // progress on the items
  items_pick_complete: { picked: true }, // picking has finished; ready for handoff. Not guaranteed to be sent
  pick_complete: { picked: true }, // older spelling
  picking_complete: { picked: true }, // older spelling
  pickup_complete: { reached: 'ON_ROUTE' }, // the courier left the store with the goods. Not guaranteed to be sent
  dropoff_enroute: { reached: 'ON_ROUTE' }, // on the way to the customer
  dropoff_arrived: { reached: 'ON_ROUTE' }, // at the customer's address
  dropoff_complete: { reached: 'DELIVERED' }, // handed over

  // Attempts that end without success. Nash may start another.
  canceled_by_provider: { ended: true }, // the fleet gave up
  canceled_by_reassign: { ended: true }, // taken from this courier, given to another
  canceled_by_auto_reassign: { ended: true }, // the same, by Nash's rules
  failed: { ended: true },
  expired: { ended: true }, // nobody took it in time
  dispatch_failure: { ended: true }, // could not be given to a provider
  canceled: { ended: true }, // does not say by whom: not enough to call the order canceled

  // Called off by somebody who may call off the order.
  canceled_by_merchant: { canceled: true },
  canceled_by_customer: { canceled: true },
  canceled_by_nash: { canceled: true },

  // Coming back: the courier has the goods until the store does.
  return_in_progress: { reached: 'ON_ROUTE' },
  return_arrived: { reached: 'ON_ROUTE' },
  returned: { reached: 'RETURNED' },
  returned_to_store: { reached: 'RETURNED' },

  // Parcel carriers. A label or manifest says that a carrier expects the parcel, not that it is packed.
  label_created: { reached: 'READY_FOR_HANDLING' },
  manifested: { reached: 'READY_FOR_HANDLING' },
  awaiting_consignor_dropoff: { reached: 'READY_FOR_HANDLING' }, // the store has to bring it to the carrier
  in_transit: { reached: 'ON_ROUTE' },
  arrived_at_facility: { reached: 'ON_ROUTE' },
  departed_from_facility: { reached: 'ON_ROUTE' },
  awaiting_consignee_pickup: { reached: 'WAITING_FOR_PICKUP' }, // the customer has to fetch it
  partial_delivered: { reached: 'ON_ROUTE' }, // some parcels are still under way
  delayed: { ignored: true }, // later than planned, wherever it is

  // Tasks and activities: Nash looking for a provider, and its own book-keeping.
  planned_selection: { reached: 'READY_FOR_HANDLING' }, // a quote will be chosen later
  contacting_provider: { reached: 'READY_FOR_HANDLING' },
  sent_to_provider: { reached: 'READY_FOR_HANDLING' },
  dispatched_to_provider: { reached: 'READY_FOR_HANDLING' },
  pickup_in_progress: { reached: 'READY_FOR_PICKING' }, // undocumented; a courier there or on the way, at the least
  assigned: { ignored: true }, // undocumented: does not say what to whom
  running: { ignored: true }, // a task under way; its delivery says how far
  in_progress: { ignored: true }, // undocumented
  completed: { ignored: true }, // a task is done; its delivery says how it ended
} as const satisfies Vocabulary;

/** Said of orders, never of deliveries. */
const orderWords: ReadonlySet<string> = new Set(['valid', 'confirmed', 'dispatched']);

/** Nash's word as the vocabulary and the evidence have it. */
export const toCode = (word: string): string => word.trim().toLowerCase();

/** What a word means; undefined for words without a row (and for `constructor`: partners choose the word). */
export const meaningOf = (word: string): Meaning | undefined => {
  const rows: Vocabulary = vocabulary;
  const code = toCode(word);
  return Object.hasOwn(rows, code) ? rows[code] : undefined;
};

/** The attempt came to nothing. */
export const isOver = (word: string): boolean => {
  const meaning = meaningOf(word);
  return meaning !== undefined && ('ended' in meaning || 'canceled' in meaning);
};

/** Nobody is picking any more, said by itself or implied by a later status. */
export const isPicked = (word: string): boolean => {
  const meaning = meaningOf(word);
  if (meaning === undefined) return false;
  return (
    'picked' in meaning ||
    ('reached' in meaning && statusTable[meaning.reached].rank >= statusTable.READY_FOR_PACKING.rank)
  );
};

/** Words of a delivery that nobody has finished picking. */
export const unpickedWords: readonly string[] = Object.keys(vocabulary).filter((word) => {
  const meaning = meaningOf(word);
  return meaning !== undefined && 'reached' in meaning && !isPicked(word) && !orderWords.has(word);
});
