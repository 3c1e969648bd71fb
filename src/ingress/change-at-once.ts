import { deliveryWork } from '../queues/delivery-attempt.ts';
import { changeOrder } from '../store/change-order.ts';
import { commit } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';

/** Changes a merchant's order within a request: committed by the store, and announced like every change. */
export const changeAtOnce = (
  store: StoreDeps,
  { merchantId, orderId }: { merchantId: string; orderId: string },
  change: Parameters<typeof changeOrder>[3],
): ReturnType<typeof changeOrder> =>
  changeOrder(store, orderId, { commit: (plan) => commit(store, plan), work: deliveryWork, merchantId }, change);
