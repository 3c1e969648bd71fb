import type { ReceivedEvent, Subscriber } from '../support/subscriber.ts';

export interface Deliveries {
  /** Order ids whose events came out of order. */
  disordered: string[];
  /** Repeats after a crash: the at-least-once that was promised. */
  repeated: number;
}

/** What the merchant's own system saw. Order counts first arrivals only. */
export function readDeliveries(received: readonly ReceivedEvent[]): Deliveries {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  const disordered = new Set<string>();
  let repeated = 0;
  for (const { id, data } of received) {
    if (seen.has(id)) {
      repeated += 1;
      continue;
    }
    seen.add(id);
    const orderId = String(data['orderId']);
    const version = Number(data['version']);
    if (version < (newest.get(orderId) ?? 0)) disordered.add(orderId);
    newest.set(orderId, version);
  }
  return { disordered: [...disordered], repeated };
}

/** When the merchant heard that an order is at its end, by external id. */
export function finishedAt(received: readonly ReceivedEvent[]): Map<string, number> {
  const finished = new Map<string, number>();
  for (const { data, atMs } of received) {
    const externalId = String(data['externalId']);
    if (data['newStatus'] === 'DELIVERED' && !finished.has(externalId)) finished.set(externalId, atMs);
  }
  return finished;
}

/** One in twelve of the first answers is no success, so that deliveries are made again while processes die. */
export function refuseSome(subscriber: Subscriber): void {
  for (let n = 0; n < 6; n += 1) subscriber.answerWith(...Array<number>(11).fill(200), 500);
}
