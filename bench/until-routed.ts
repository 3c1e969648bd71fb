import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { merchantLane } from '../src/store/entries.ts';
import { createKeys } from '../src/store/keys.ts';

/** Until every accepted order of these merchants waits in the lane of its partner, or is being tried there. */
export async function untilRouted(redis: Redis, merchantIds: readonly string[]): Promise<void> {
  const { tag, leased } = createKeys(0);
  for (const endsMs = performance.now() + 600_000; performance.now() < endsMs; await delay(100)) {
    const unrouted = await Promise.all(merchantIds.map((id) => redis.zcard(`${tag}:lane:${merchantLane(id)}:1`)));
    const handedOver = await redis.zcard(leased);
    if (unrouted.every((count) => count === 0) && handedOver < 100) return;
  }
  throw new Error('accepted orders were not routed within ten minutes');
}
