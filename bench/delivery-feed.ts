import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { OrderHappening } from '../src/domain/events.ts';
import { systemClock, toInstant } from '../src/platform/clock.ts';
import { createKeyring } from '../src/platform/secrets.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { commit } from '../src/store/commit.ts';
import { newId, type StoreDeps } from '../src/store/deps.ts';
import { listSubscribers, type Subscriber } from '../src/store/endpoints.ts';
import { eventWrites } from '../src/store/events.ts';
import { createKeys } from '../src/store/keys.ts';
import type { PacklineProcesses } from '../test/support/packline-processes.ts';

/** Orders at once that commit, where it is not their rate that is wanted. */
const atOnce = 64;

/**
 * Events as an order's commit announces them: each with one delivery to one endpoint, in the order of its order, by the
 * store's own commit from this process. There is no order behind them: what is measured begins where the order's work ends.
 */
export interface DeliveryFeed {
  redis: Redis;
  store: StoreDeps;
  /** Commits `events` events of a new order; the order's id. */
  announce(endpoint: Subscriber, events: number): Promise<string>;
  /** The same for many orders, of the endpoints in turn, as fast as it goes. */
  announceAll(endpoints: readonly Subscriber[], orders: number, events: number): Promise<void>;
  /** Until what was delivered is also committed. */
  untilSettled(): Promise<void>;
  /** A new endpoint, as the API makes it. */
  subscribe(url: string): Promise<Subscriber>;
  close(): void;
}

const sampleHappening = (orderId: string, version: number): OrderHappening => ({
  type: 'order.status_changed',
  data: {
    orderId,
    externalId: '1253881550433-01',
    version,
    oldStatus: 'READY_FOR_PICKING',
    newStatus: 'PICKING',
    move: 'legal',
  },
});

/** The first event of an order, as it is sent. */
export function sampleBody(orderId: string): string {
  const { type, data } = sampleHappening(orderId, 1);
  return JSON.stringify({ type, timestamp: toInstant(systemClock.now()), data });
}

export async function openFeed(packline: PacklineProcesses): Promise<DeliveryFeed> {
  const { merchantId } = packline;
  const redis = new Redis(packline.redis.url, { enableAutoPipelining: true });
  const keys = createKeys(0);
  const store: StoreDeps = {
    redis,
    keys,
    clock: systemClock,
    generation: (await redis.get(keys.generation)) ?? '',
    // Nothing of an event is sealed.
    keyring: createKeyring({ current: { id: 'bench', key: randomBytes(32) } }),
    retention: {
      orderSeconds: 90 * 86_400,
      eventSeconds: 7 * 86_400,
      inboxSeconds: 7 * 86_400,
      idempotencySeconds: 86_400,
      runSeconds: 30 * 86_400,
      rowSeconds: 7 * 86_400,
    },
  };
  const announce: DeliveryFeed['announce'] = async (endpoint, events) => {
    const id = newId('order', systemClock);
    const happenings = Array.from({ length: events }, (_, n) => sampleHappening(id, n + 1));
    await commit(store, eventWrites(store, { id, merchantId }, happenings, [endpoint], deliveryWork));
    return id;
  };
  return {
    redis,
    store,
    announce,
    async announceAll(endpoints, orders, events) {
      let next = 0;
      const announceSome = async (): Promise<void> => {
        for (let n = next++; n < orders; n = next++) {
          const endpoint = endpoints[n % endpoints.length];
          if (endpoint !== undefined) await announce(endpoint, events);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, announceSome));
    },
    async untilSettled() {
      for (const endsMs = performance.now() + 60_000; performance.now() < endsMs; await delay(20)) {
        if ((await redis.zcard(keys.leased)) === 0) return;
      }
      throw new Error('deliveries were not committed within a minute');
    },
    async subscribe(target) {
      const { status, body } = await packline.call('POST', '/v1/endpoints', {
        url: target,
        eventTypes: ['order.status_changed'],
      });
      const made = (await listSubscribers(store, merchantId)).find(({ id }) => id === body['id']);
      if (made === undefined) throw new Error(`the endpoint was answered ${status}`);
      return made;
    },
    close: () => redis.disconnect(),
  };
}
