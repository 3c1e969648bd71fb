import type { Order } from '../domain/order.ts';
import { makeEntry } from '../queues/define-job.ts';
import { documentsRead } from '../queues/documents-read.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import type { WorkerDeps } from './deps.ts';

/** Reads are answered from a cache: what was told just now is in them after its time, and a little. */
const marginMs = 5_000;

/** What the fulfilment system shows of an order is worth reading when the order has gone on. */
export function documentsWork(
  { documentsKeptMsOf }: Pick<WorkerDeps, 'documentsKeptMsOf'>,
  before: Order,
  { id: orderId, fulfilment, status }: Order,
): NewEntry[] {
  const keptMs = fulfilment === undefined ? undefined : documentsKeptMsOf(fulfilment);
  if (keptMs === undefined || before.status === status) return [];
  const options = { lane: freeLane, cause: status, delayMs: keptMs + marginMs };
  return [makeEntry(documentsRead, { orderId, status }, options)];
}
