import { beforeEach, describe, expect, it } from 'vitest';
import { findByExternalId } from '../../src/store/accept-order.ts';
import { countEntries, leaseEntries } from '../../src/store/entries.ts';
import { readOrder, readTimeline } from '../../src/store/orders.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { createTestStore } from '../support/test-store.ts';
import { acceptSample, postSample, sampleMerchantId } from './accept-sample.ts';
import { everythingIn, whereIs } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const orderCount = (): Promise<number> => client.zcard(store.keys.orders(sampleMerchantId));

describe('an accepted order', () => {
  it('is stored, listed, on its timeline, and its work waits', async () => {
    const order = await acceptSample(store);
    expect((await readOrder(store, order.id))?.order).toEqual(JSON.parse(JSON.stringify(order)));
    expect(order).toMatchObject({ status: 'RECEIVED', version: 1, contentVersion: 1, merchantId: sampleMerchantId });
    expect(await client.zrange(store.keys.orders(sampleMerchantId), '0', '-1')).toEqual([order.id]);
    expect(await readTimeline(store, order.id)).toEqual([
      { at: order.createdAt, what: 'order.accepted', detail: { source: 'generic' } },
    ]);
    const { entries } = await leaseEntries(store, { room: 10, leaseMs: 1_000 });
    expect(entries).toMatchObject([{ job: 'fulfilment-submit', payload: { orderId: order.id } }]);
  });

  it('leaves nothing of the person in clear, in any key or value', async () => {
    const line = {
      ...sampleOrder().lines[0],
      id: 'l',
      sku: 'SKU-IN-CLEAR',
      name: 'Milk',
      quantity: 1,
      unitPriceMinor: 1,
    };
    const { recipient } = sampleOrder();
    await acceptSample(store, 'with-a-person', {
      order: {
        recipient,
        notes: 'Canary note: ring twice',
        metadata: { canaryKey: 'canary-value' },
        lines: [{ ...line, notes: 'Canary line note' }],
      },
    });
    const canaries = [
      'Ana',
      'Silva',
      '61400000002',
      'ana.canary',
      'Wharf',
      '3053',
      'ring twice',
      'canary',
      'line note',
    ];
    expect(await whereIs(client, canaries)).toEqual([]);
    expect(await whereIs(client, ['SKU-IN-CLEAR'])).toHaveLength(1);
  });

  it('is found by its external id, for its merchant and its source alone', async () => {
    const order = await acceptSample(store, 'order-1');
    const other = `mer_${'1'.repeat(26)}`;
    expect(await findByExternalId(store, sampleMerchantId, 'generic', 'order-1')).toBe(order.id);
    expect(await findByExternalId(store, sampleMerchantId, 'generic', 'order-2')).toBeNull();
    expect(await findByExternalId(store, sampleMerchantId, 'con_other', 'order-1')).toBeNull();
    expect(await findByExternalId(store, other, 'generic', 'order-1')).toBeNull();
  });

  it('is claimed for ever, while its key is remembered for a day', async () => {
    const order = await acceptSample(store);
    const keys = [...(await everythingIn(client)).keys()];
    const ttlOf = (part: string) => client.ttl(keys.find((key) => key.includes(part)) ?? '');
    expect(await ttlOf(':claims:')).toBe(-1);
    expect(await ttlOf(`:order:${order.id}`)).toBe(-1);
    expect(await ttlOf(':idem:')).toBeGreaterThan(86_390);
  });
});

describe('the same request again', () => {
  it('gets the same answer, whenever it comes, and makes no second work', async () => {
    const first = await postSample(store);
    clock.advance(3_600_000);
    const again = await postSample(store);
    expect(first).toMatchObject({ outcome: 'created', replayed: false });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await countEntries(store)).toMatchObject({ waiting: 1 });
  });

  it('is one order and one piece of work when a hundred come at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => postSample(store)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(100).fill('created'));
    expect(outcomes.filter((accepted) => 'replayed' in accepted && !accepted.replayed)).toHaveLength(1);
    expect(new Set(outcomes.map((accepted) => ('order' in accepted ? accepted.order.id : '')))).toHaveLength(1);
    expect(await orderCount()).toBe(1);
    expect(await countEntries(store)).toEqual({ waiting: 1, leased: 0, dead: 0 });
  });

  it('is one order when a hundred come at once, each under a key of its own', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) => postSample(store, { idempotencyKey: `key-${n}` })),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'existing')).toHaveLength(99);
    expect(await orderCount()).toBe(1);
    expect(await countEntries(store)).toMatchObject({ waiting: 1 });
  });

  it('under another key finds the order that exists, and that key then always does', async () => {
    const { id } = await acceptSample(store, 'order-1');
    const post = () => postSample(store, { idempotencyKey: 'another', order: { externalId: 'order-1' } });
    expect(await post()).toEqual({ outcome: 'existing', orderId: id, replayed: false });
    expect(await post()).toEqual({ outcome: 'existing', orderId: id, replayed: true });
  });
});

describe('another request', () => {
  it('with the same external id and other content is refused, and names the order that has it', async () => {
    const { id } = await acceptSample(store, 'order-1');
    const other = { externalId: 'order-1', notes: 'other' };
    expect(await postSample(store, { idempotencyKey: 'k', order: other })).toEqual({
      outcome: 'different',
      orderId: id,
    });
    expect(await orderCount()).toBe(1);
  });

  it('under a used key is refused, whatever order it brings', async () => {
    await postSample(store);
    expect(await postSample(store, { order: { externalId: 'another' } })).toEqual({ outcome: 'reused' });
    expect(await orderCount()).toBe(1);
  });

  it('of another source or another merchant is another order', async () => {
    const { id } = await acceptSample(store, 'order-1');
    const bySource = await acceptSample(store, 'order-1', { idempotencyKey: 'k2', source: 'con_other' });
    const byMerchant = await acceptSample(store, 'order-1', { merchantId: `mer_${'1'.repeat(26)}` });
    expect(new Set([id, bySource.id, byMerchant.id])).toHaveLength(3);
  });
});

describe('on a Redis that is not the one we know, an order', () => {
  it('is refused, and nothing of it is written', async () => {
    await client.flushdb();
    await expect(postSample(store)).rejects.toMatchObject({ kind: 'transient', code: 'redis.generation' });
    expect(await everythingIn(client)).toEqual(new Map());
  });
});
