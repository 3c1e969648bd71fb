import type { OmsWriteBack } from '../connectors/oms/write-back.ts';
import type { Order } from '../domain/order.ts';
import type { JobContext } from '../queues/run-worker.ts';
import type { WorkerDeps } from './deps.ts';

/** The order's OMS, to be written to. */
export async function openOmsPort(
  order: Order,
  { deps, store }: JobContext<WorkerDeps>,
  signal: AbortSignal,
): Promise<OmsWriteBack> {
  const { connection } = await deps.openOms(store, order.merchantId, order.source, signal);
  if (connection.writeBack === undefined) throw new TypeError('an OMS that was written to can be written to');
  return connection.writeBack;
}
