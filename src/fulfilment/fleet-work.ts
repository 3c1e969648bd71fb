import { owedToFleet } from '../domain/order-fleet.ts';
import type { Order } from '../domain/order.ts';
import { fleetUpdateWork } from '../queues/fleet-update.ts';
import type { NewEntry } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import { fleetNewsWrites } from '../store/fleet-owed.ts';
import type { WorkerDeps } from './deps.ts';

/** For the commit of an order's next state: that its fulfilment system has to hear how far the fleet is, where it has. */
export function fleetWork(
  deps: Pick<WorkerDeps, 'fleetWordsOf'>,
  store: StoreDeps,
  order: Order,
): { writes: string[][]; entries: NewEntry[] } {
  const { fulfilment, merchantId, id } = order;
  const words = fulfilment === undefined ? undefined : deps.fleetWordsOf(fulfilment);
  if (fulfilment === undefined || words === undefined || owedToFleet(order, words) === null) {
    return { writes: [], entries: [] };
  }
  const { connectionId } = fulfilment;
  return {
    writes: fleetNewsWrites(store, connectionId, id, store.clock.now()),
    entries: [fleetUpdateWork(merchantId, connectionId, `${id}.${order.version}`)],
  };
}
