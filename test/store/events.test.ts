import { beforeEach, describe, expect, it } from 'vitest';
import type { EventType } from '../../src/domain/events.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { disableByMerchant } from '../../src/queues/turn-endpoint.ts';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint, endpointLane, listEndpoints, type EndpointFacts } from '../../src/store/endpoints.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { listDeliveries, listEvents } from '../../src/store/delivery-log.ts';
import {
  deliveryWrites,
  eventDocWrites,
  eventWrites,
  makeDelivery,
  makeEvent,
  readEvent,
} from '../../src/store/events.ts';
import { readMissedCount } from '../../src/store/missed-counts.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const orderId = newId('order', clock);
const subscribe = (...eventTypes: EventType[]) => {
  const facts = { url: 'https://subscriber.example/', eventTypes, description: null };
  return createEndpoint(store, merchantId, facts, generateWebhookSecret());
};
const subscribeWith = (more: Partial<EndpointFacts>) => {
  const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null, ...more };
  return createEndpoint(store, merchantId, facts, generateWebhookSecret());
};
const canceled = {
  type: 'order.canceled',
  data: { orderId, externalId: 'order-1', version: 2, reason: null },
} as const;

/** Announces one cancellation, and answers at whose endpoints it is on its way. */
async function announce(): Promise<string[]> {
  const endpoints = await listEndpoints(store, merchantId);
  await commit(store, eventWrites(store, { id: orderId, merchantId }, [canceled], endpoints, deliveryWork));
  const { items } = await listDeliveries(store, merchantId, { limit: 100 });
  return items.map(({ endpointId }) => endpointId).toSorted();
}

describe('an event', () => {
  it('goes to the endpoints that subscribe to its type or to all, and to no other', async () => {
    const all = await subscribe();
    const some = await subscribe('order.imported', 'order.canceled');
    await subscribe('order.imported');
    expect(await announce()).toEqual([all.id, some.id].toSorted());
  });

  it('goes only where the filter wants it, and in VTEX’s form only where it is a change of status', async () => {
    const ofOrder = (value: string) => ({ filter: { all: [{ path: '/data/externalId', op: 'eq' as const, value }] } });
    const wanted = await subscribeWith(ofOrder('order-1'));
    await subscribeWith(ofOrder('order-2'));
    await subscribeWith({ payload: 'vtex-pick-and-pack' });
    expect(await announce()).toEqual([wanted.id]);
  });

  it('waits for none before it where its endpoint does not want them in order', async () => {
    const inOrder = await subscribe();
    const atOnce = await subscribeWith({ ordered: false });
    await announce();
    await announce();
    const due = (await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries;
    expect(due.map(({ lane }) => lane).toSorted()).toEqual(
      [endpointLane(inOrder.id), endpointLane(atOnce.id), endpointLane(atOnce.id)].toSorted(),
    );
  });

  it('that does not fit its schema is never stored', async () => {
    await subscribe();
    const bad = { ...canceled, data: { ...canceled.data, version: 'two' } };
    expect(() => makeEvent(store, merchantId, bad.type, bad.data, orderId)).toThrow(
      expect.objectContaining({ code: 'packline.unexpected', detail: { type: 'order.canceled', fields: ['version'] } }),
    );
    expect(() => makeEvent(store, merchantId, 'order.canceled', { ...canceled.data, name: 'Ada' }, orderId)).toThrow(
      expect.objectContaining({ code: 'packline.unexpected' }),
    );
  });

  it('does not go to endpoints that are disabled, and is kept all the same', async () => {
    const off = await subscribe();
    await disableByMerchant(store, off, undefined);
    expect(await announce()).toEqual([]);
    const { items } = await listEvents(store, merchantId, { limit: 10 });
    expect(items.map(({ type }) => type).toSorted()).toEqual(['endpoint.disabled', 'order.canceled']);
    expect(await readMissedCount(store, off.id)).toMatchObject({ events: 1 });
  });

  it('is found by the time that it bears, though the clock goes on while it is made', async () => {
    const hasty = {
      ...clock,
      now: () => {
        clock.advance(1);
        return clock.now();
      },
    };
    store = await createTestStore(client, hasty);
    const endpoint = await subscribe();
    await disableByMerchant(store, endpoint, undefined);
    const happenings = [canceled, canceled];
    const endpoints = await listEndpoints(store, merchantId);
    await commit(store, eventWrites(store, { id: orderId, merchantId }, happenings, endpoints, deliveryWork));
    const { from = '' } = (await readMissedCount(store, endpoint.id)) ?? {};
    expect((await listEvents(store, merchantId, { limit: 10, sinceMs: Date.parse(from) })).items).toHaveLength(2);
  });

  it('is the same bytes at every endpoint: type, time and data', async () => {
    await subscribe();
    await subscribe();
    await announce();
    const { items } = await listDeliveries(store, merchantId, { limit: 10 });
    const bodies = await Promise.all(items.map(async ({ eventId }) => (await readEvent(store, eventId))?.body));
    expect(bodies).toHaveLength(2);
    expect(new Set(bodies)).toHaveLength(1);
    expect(JSON.parse(bodies[0] ?? '')).toEqual({ ...canceled, timestamp: new Date(clock.now()).toISOString() });
  });

  it('and its deliveries are kept for their retention', async () => {
    await subscribe();
    await announce();
    const [delivery] = (await listDeliveries(store, merchantId, { limit: 1 })).items;
    for (const key of [store.keys.event(delivery?.eventId ?? ''), store.keys.delivery(delivery?.id ?? '')]) {
      expect(await client.ttl(key)).toBeGreaterThan(store.retention.eventSeconds - 60);
    }
  });
});

describe('a delivery', () => {
  const makeOne = async () => {
    const endpointId = newId('endpoint', clock);
    // Of an endpoint that is gone: what it got stays in the log.
    await client.sadd(store.keys.formerEndpoints(merchantId), endpointId);
    const event = makeEvent(store, merchantId, 'endpoint.test', { endpointId }, null);
    const delivery = makeDelivery(store, event, endpointId);
    await commit(store, { writes: [...eventDocWrites(store, event), ...deliveryWrites(store, delivery)] });
    return delivery;
  };

  it('is listed newest first, page by page, without gaps where others are past their retention', async () => {
    const made: string[] = [];
    for (let n = 0; n < 120; n += 1) {
      clock.advance(1);
      made.push((await makeOne()).id);
    }
    const [gone = ''] = made.slice(60, 61);
    await client.del(store.keys.delivery(gone));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listDeliveries(store, merchantId, { cursor, limit: 7 });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(made.filter((id) => id !== gone).toReversed());
    const keep = ({ id }: { id: string }) => id === made[0];
    expect((await listDeliveries(store, merchantId, { limit: 7, keep })).items).toHaveLength(1);
  });
});
