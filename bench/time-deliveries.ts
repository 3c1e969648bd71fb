import type { Subscriber } from '../src/store/endpoints.ts';
import type { DeliveryFeed } from './delivery-feed.ts';
import type { Sink } from './delivery-sink.ts';
import { paced } from './paced.ts';

/**
 * Announces events at an even rate, to endpoints in turn, and answers how long each took from before its commit to its
 * first attempt at the sink, in milliseconds. To each of `beside` goes what goes to one of the others; nobody waits for it.
 */
export async function timeDeliveries(
  { feed, sink }: { feed: DeliveryFeed; sink: Sink },
  endpoints: readonly Subscriber[],
  { amount, perSecond, beside = [] }: { amount: number; perSecond: number; beside?: readonly Subscriber[] },
): Promise<number[]> {
  const began = new Map<string, number>();
  sink.forget();
  await paced({ amount, perSecond }, async (n) => {
    const endpoint = endpoints[n % endpoints.length];
    if (endpoint === undefined) return;
    const beganMs = performance.now();
    began.set(await feed.announce(endpoint, 1), beganMs);
    // In the turn of the first one.
    if (n % endpoints.length === 0) await Promise.all(beside.map((bad) => feed.announce(bad, 1)));
  });
  await sink.until(amount);
  return [...began].map(([orderId, beganMs]) => (sink.arrived.get(`${orderId}.1`) ?? Number.NaN) - beganMs);
}
