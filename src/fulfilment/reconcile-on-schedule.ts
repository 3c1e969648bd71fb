import { reconcileWork } from '../queues/order-reconcile.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginReconciliation } from '../store/reconciliations.ts';

/** Begins a merchant's reconciliation when the last one is `everyMs` ago; several may ask at once, and one begins. 0: never. */
export async function reconcileOnSchedule(store: StoreDeps, merchantId: string, everyMs: number): Promise<void> {
  if (everyMs === 0) return;
  const last = await store.redis.hget(store.keys.reconciled, merchantId);
  const now = store.clock.now();
  if (last === null) {
    // A merchant begins with nothing to compare.
    await store.redis.hsetnx(store.keys.reconciled, merchantId, String(now));
    return;
  }
  if (now - Number(last) < everyMs) return;
  await beginReconciliation(store, {
    merchantId,
    cause: 'schedule',
    guard: { last },
    work: reconcileWork(merchantId),
  });
}
