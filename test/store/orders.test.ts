import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import type { OrdersWanted } from '../../src/store/order-lists.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { commit } from '../../src/store/commit.ts';
import {
  listOrders,
  orderGuard,
  orderWrites,
  readOrder,
  readTimeline,
  requireOrder,
  timelineLinesMax,
  timelineWrite,
} from '../../src/store/orders.ts';
import { openPerson, resealPerson } from '../../src/store/persons.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { createTestStore } from '../support/test-store.ts';
import { acceptSample, sampleMerchantId } from './accept-sample.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

describe('the person of an order', () => {
  it('opens to what was posted', async () => {
    const { id } = await acceptSample(store, 'order-1', { order: { metadata: { gift: 'yes' } } });
    const { recipient, notes } = sampleOrder();
    const person = { recipient, notes, metadata: { gift: 'yes' }, lineNotes: {} };
    expect(openPerson(store, await requireOrder(store, id), 'current')).toEqual(person);
  });

  it('is the waiting one where an amendment waits, and else the current one', async () => {
    const { id } = await acceptSample(store);
    const stored = await requireOrder(store, id);
    expect(openPerson(store, stored, 'pending')).toEqual(openPerson(store, stored, 'current'));
    const amended = { recipient: { name: 'Another Person' }, lineNotes: {} };
    await client.hset(store.keys.order(id), 'pendingPerson', resealPerson(store, stored, amended).sealed);
    const waiting = await requireOrder(store, id);
    expect(openPerson(store, waiting, 'pending')).toEqual(amended);
    expect(openPerson(store, waiting, 'current')?.recipient.name).toBe(sampleOrder().recipient.name);
  });

  it("is gone for ever once the order's key is destroyed, its amendment included", async () => {
    const { id } = await acceptSample(store);
    const before = await requireOrder(store, id);
    await client.hset(store.keys.order(id), 'pendingPerson', before.person);
    await client.hdel(store.keys.order(id), 'key');
    const erased = await requireOrder(store, id);
    expect(openPerson(store, erased, 'current')).toBeNull();
    expect(openPerson(store, erased, 'pending')).toBeNull();
  });

  it("cannot be opened in the place of another order's", async () => {
    const [one, two] = await Promise.all([acceptSample(store, 'one'), acceptSample(store, 'two')]);
    const [first, second] = [await requireOrder(store, one.id), await requireOrder(store, two.id)];
    const cannotOpen = expect.objectContaining({ code: 'secrets.cannot_open' });
    expect(() => openPerson(store, { ...first, person: second.person }, 'current')).toThrow(cannotOpen);
    expect(() => openPerson(store, { ...first, key: second.key, person: second.person }, 'current')).toThrow(
      cannotOpen,
    );
  });
});

describe('an order', () => {
  it('of another merchant is not found, just as one that does not exist', async () => {
    const { id } = await acceptSample(store);
    const notFound = { kind: 'rejected', code: 'order.not_found' };
    expect((await requireOrder(store, id, sampleMerchantId)).order.id).toBe(id);
    await expect(requireOrder(store, id, `mer_${'1'.repeat(26)}`)).rejects.toMatchObject(notFound);
    await expect(requireOrder(store, newId('order', clock))).rejects.toMatchObject(notFound);
  });

  it('keeps the newest 500 lines of its story', async () => {
    const { id } = await acceptSample(store);
    const at = new Date(clock.now()).toISOString();
    const lines = Array.from({ length: timelineLinesMax + 20 }, (_, n) => ({ at, what: `line.${n}` }));
    await commit(store, { writes: timelineWrite(store, id, lines.slice(0, 300)) });
    await commit(store, { writes: timelineWrite(store, id, lines.slice(300)) });
    const kept = await readTimeline(store, id);
    expect(kept).toHaveLength(500);
    expect([kept[0]?.what, kept.at(-1)?.what]).toEqual(['line.20', 'line.519']);
  });

  it('leaves the open ones for the finished ones at its end, and its end stays when it first came', async () => {
    const { id } = await acceptSample(store);
    const { order } = await requireOrder(store, id);
    const delivered = { ...order, status: 'DELIVERED' as const, version: 2 };
    await commit(store, { guards: [orderGuard(store, order)], writes: orderWrites(store, order, delivered, {}) });
    const deliveredMs = clock.now();
    clock.advance(60_000);
    const returned = { ...delivered, status: 'RETURNED' as const, version: 3 };
    await commit(store, { writes: orderWrites(store, delivered, returned, {}) });
    expect(await client.zscore(store.keys.open, id)).toBeNull();
    expect(await client.zscore(store.keys.finished, id)).toBe(String(deliveredMs));
    expect((await readOrder(store, id))?.order.status).toBe('RETURNED');
  });
});

describe('a listing', () => {
  async function acceptMany(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      clock.advance(1);
      ids.push(
        (await acceptSample(store, `order-${n}`, { order: { storeLocationId: n % 3 === 0 ? 'app' : 'web' } })).id,
      );
    }
    return ids.toReversed();
  }
  async function walk(limit: number, storeLocationId?: string): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 1_000; pages += 1) {
      const page = await listOrders(store, sampleMerchantId, {
        cursor,
        limit,
        storeLocationId,
      });
      expect(page.stored.length).toBeLessThanOrEqual(limit);
      ids.push(...page.stored.map(({ order }) => order.id));
      if (page.nextCursor === null) return ids;
      cursor = page.nextCursor;
    }
    throw new Error('the listing has no end');
  }

  it('brings every order once, newest first, whatever the size of a page and with a filter', async () => {
    const newestFirst = await acceptMany(203);
    const app = newestFirst.filter((_, n) => (202 - n) % 3 === 0);
    for (const limit of [1, 7, 50, 100, 203, 500]) {
      expect(await walk(limit)).toEqual(newestFirst);
      expect(await walk(limit, 'app')).toEqual(app);
      expect(await walk(limit, 'nobody')).toEqual([]);
    }
  });

  it("has no gap where a page ends with the index's own, and where orders are past their retention", async () => {
    const newestFirst = await acceptMany(200);
    expect(await walk(100)).toEqual(newestFirst);
    expect(await walk(200)).toEqual(newestFirst);
    const [gone = ''] = newestFirst.slice(99, 100);
    await client.del(store.keys.order(gone));
    expect(await walk(100)).toEqual(newestFirst.filter((id) => id !== gone));
  });

  it('does not move for orders that come while it is read', async () => {
    const newestFirst = await acceptMany(10);
    const first = await listOrders(store, sampleMerchantId, { limit: 5 });
    clock.advance(1);
    await acceptSample(store, 'came-meanwhile');
    const second = await listOrders(store, sampleMerchantId, { limit: 5, cursor: first.nextCursor ?? '' });
    expect([...first.stored, ...second.stored].map(({ order }) => order.id)).toEqual(newestFirst);
  });

  it('walks a bounded way in one request, and goes on from there', async () => {
    const { id } = await acceptSample(store, 'the-oldest');
    const later = Array.from({ length: 600 }, () => {
      clock.advance(1);
      return ['0', newId('order', clock)];
    });
    await client.zadd(store.keys.orders(sampleMerchantId), ...later.flat());
    const first = await listOrders(store, sampleMerchantId, { limit: 10 });
    expect(first.stored).toEqual([]);
    const second = await listOrders(store, sampleMerchantId, { limit: 10, cursor: first.nextCursor ?? '' });
    expect(second.stored.map(({ order }) => order.id)).toEqual([id]);
    expect(second.nextCursor).toBeNull();
  });

  it('by status or store has all that are so and no others, however many others came since', async () => {
    const to = (order: Order, change: Partial<Order>): Promise<unknown> => {
      const next = { ...order, ...change, version: order.version + 1 };
      return commit(store, { guards: [orderGuard(store, order)], writes: orderWrites(store, order, next, {}) });
    };
    const rare = await acceptSample(store, 'rare');
    const moved = await acceptSample(store, 'moved', { order: { storeLocationId: 'store-old' } });
    await to(rare, { status: 'PICKING' });
    await to(moved, { storeLocationId: 'store-new' });
    for (const id of await acceptMany(150)) await to((await requireOrder(store, id)).order, { status: 'DELIVERED' });
    const hmget = vi.spyOn(client, 'hmget');
    const list = async (wanted: OrdersWanted): Promise<string[]> =>
      (await listOrders(store, sampleMerchantId, { ...wanted, limit: 200 })).stored.map(({ order }) => order.id);
    expect(await list({ status: 'PICKING' })).toEqual([rare.id]);
    expect(await list({ status: 'RECEIVED' })).toEqual([moved.id]);
    expect(await list({ storeLocationId: 'store-new' })).toEqual([moved.id]);
    expect(await list({ storeLocationId: 'store-old' })).toEqual([]);
    expect(await list({ status: 'RETURNED' })).toEqual([]);
    expect(await list({ status: 'PICKING', storeLocationId: 'store-new' })).toEqual([]);
    expect(hmget).toHaveBeenCalledTimes(4);
    expect((await list({ status: 'DELIVERED' })).length).toBe(150);
    hmget.mockRestore();
  });

  it("shows a merchant no other's orders", async () => {
    await acceptSample(store);
    expect(await listOrders(store, `mer_${'1'.repeat(26)}`, { limit: 10 })).toEqual({ stored: [], nextCursor: null });
  });
});
