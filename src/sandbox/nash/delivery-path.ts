import { NashRefusal } from './nash-refusal.ts';

/** The statuses of a normal pick-and-pack delivery, in order (Nash's delivery status page). */
const wholePath = [
  'created', 'not_assigned_driver', 'assigned_driver', 'pickup_enroute', 'pickup_arrived', 'items_pick_update',
  'items_pick_complete', 'pickup_complete', 'dropoff_enroute', 'dropoff_arrived', 'dropoff_complete',
] as const; // prettier-ignore

const returnPath = ['return_in_progress', 'return_arrived', 'returned'] as const;

const offPath = [
  'scheduled', 'started', 'pick_complete', 'picking_complete', 'canceled_by_provider', 'canceled_by_customer',
  'canceled_by_nash', 'canceled_by_merchant', 'canceled_by_auto_reassign', 'canceled_by_reassign', 'failed', 'expired',
  'returned_to_store',
] as const; // prettier-ignore

export const deliveryStatuses = [...wholePath, ...returnPath, ...offPath] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Statuses after which the attempt is over. */
const terminal: ReadonlySet<string> = new Set<DeliveryStatus>([
  'dropoff_complete', 'canceled_by_provider', 'canceled_by_customer', 'canceled_by_nash', 'canceled_by_merchant',
  'canceled_by_auto_reassign', 'canceled_by_reassign', 'failed', 'expired', 'returned', 'returned_to_store',
]); // prettier-ignore

export const isTerminal = (status: DeliveryStatus): boolean => terminal.has(status);

const pickedUp: ReadonlySet<string> = new Set<DeliveryStatus>([
  'pickup_complete', 'dropoff_enroute', 'dropoff_arrived', 'dropoff_complete', ...returnPath, 'returned_to_store',
]); // prettier-ignore

/** The goods have left the store: nothing can be cancelled any more, and what was picked is known. */
export const isPickedUp = (status: DeliveryStatus): boolean => pickedUp.has(status);

const pickingDone: ReadonlySet<string> = new Set<DeliveryStatus>([
  'items_pick_complete',
  'pick_complete',
  'picking_complete',
]);

/** Picking has finished, said by itself or implied by a later status ("items_pick_complete is not guaranteed"). */
export const isPicked = (status: DeliveryStatus): boolean => pickingDone.has(status) || isPickedUp(status);

/** Without the requirement `pick_and_pack` nobody picks items, so that the item statuses are left out. */
export const pathFor = (picksItems: boolean): readonly DeliveryStatus[] =>
  picksItems ? wholePath : wholePath.filter((status) => !status.startsWith('items_pick'));

/** The steps from `from` (not included) to `to`; from or to a status beside the path it is one step. */
export function stepsTo(from: DeliveryStatus, to: DeliveryStatus, picksItems: boolean): DeliveryStatus[] {
  const path = pathFor(picksItems);
  const target = path.indexOf(to);
  if (target >= 0) {
    const start = path.indexOf(from);
    if (start >= target) throw stepRefused(from, to);
    return start < 0 ? [to] : path.slice(start + 1, target + 1);
  }
  const returning = returnPath.findIndex((status) => status === to);
  if (returning < 0) return [to];
  const start = returnPath.findIndex((status) => status === from);
  if (start >= returning) throw stepRefused(from, to);
  return returnPath.slice(start + 1, returning + 1);
}

const stepRefused = (from: DeliveryStatus, to: DeliveryStatus): NashRefusal =>
  new NashRefusal(
    409,
    'INVALID_STATE_TRANSITION',
    `The delivery is ${from} already: ${to} can only be said with direct`,
  );
