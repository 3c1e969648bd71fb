import type { CatalogSource, PullPolicy } from '../connectors/oms/catalog-source.ts';
import { Failure } from '../domain/failure.ts';
import type { WorkerDeps } from './deps.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { readConnection } from '../store/connections.ts';

/** A catalogue that is to be read, and where its rows go. */
export interface OpenPull {
  source: CatalogSource;
  policy: PullPolicy;
}

/**
 * Null when nothing is to be pulled any more: the connection is gone, or its settings say so.
 * @throws Failure `misconfigured` `pull.no_target` when nobody takes products and stock where the rows are to go
 */
export async function openPull(
  { merchantId, connectionId }: { merchantId: string; connectionId: string },
  { deps, store, signal }: JobContext<WorkerDeps>,
): Promise<OpenPull | null> {
  const oms = await deps.openOms(store, merchantId, connectionId, signal).catch(nullWhenMissing);
  const policy = oms?.connector.pull?.(oms.settings) ?? null;
  const source = oms?.connection.catalog;
  if (policy === null || source === undefined) return null;
  const target = await readConnection(store, merchantId, policy.targetId);
  if (target !== null && deps.takesCatalog(target)) return { source, policy };
  throw new Failure('misconfigured', 'pull.no_target', 'nobody takes products and stock where the pull sends them', {
    detail: { connectionId, targetId: policy.targetId },
  });
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof Failure && error.code === 'connection.missing') return null;
  throw error;
}
