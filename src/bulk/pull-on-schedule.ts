import type { PullPolicy } from '../connectors/oms/catalog-source.ts';
import { pullReadWork } from '../queues/pull-read.ts';
import type { Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginFullPull, isUnderWay, readFullPull } from '../store/full-pulls.ts';

/**
 * Begins a complete read when the last one began so long ago as the settings say, or there was none; several may ask at
 * once, and one begins. One that failed is not begun anew before its time: its issue says why.
 */
export async function pullOnSchedule(
  store: StoreDeps,
  { merchantId, id: connectionId, paused }: Connection,
  policy: PullPolicy | null,
): Promise<void> {
  if (policy === null || policy.fullEveryMs === null || paused) return;
  const last = await readFullPull(store, connectionId);
  if (last !== null) {
    const isDue = store.clock.now() - Date.parse(last.startedAt) >= policy.fullEveryMs;
    if (!isDue || isUnderWay(last)) return;
  }
  const { targetId } = policy;
  await beginFullPull(store, { merchantId, connectionId, targetId }, 'schedule', (pullId) =>
    pullReadWork(merchantId, connectionId, pullId),
  );
}
