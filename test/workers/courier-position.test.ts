import { beforeEach, describe, expect, it } from 'vitest';
import type { CourierPosition } from '../../src/domain/courier-position.ts';
import { courierPositionWork } from '../../src/queues/courier-position.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import { fulfilmentRead } from '../../src/queues/fulfilment-read.ts';
import { newId } from '../../src/store/deps.ts';
import { readPositions, tellPositions } from '../../src/store/courier-positions.ts';
import { leaseEntries, merchantLane } from '../../src/store/entries.ts';
import { referenceField, requireOrder } from '../../src/store/orders.ts';
import { acceptSample, sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { whereIs } from '../store/everything-in-redis.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
let connectionId: string;
beforeEach(async () => {
  bench = await openWorkbench(client);
  connectionId = newId('connection', bench.clock);
});

const positionOf = (delivery: number | string, changes: Partial<CourierPosition> = {}): CourierPosition => ({
  externalRef: 'order-1',
  deliveryId: `dlv_${delivery}`,
  latitude: -37.8,
  longitude: 144.96,
  at: new Date(bench.clock.now()).toISOString(),
  ...changes,
});
const tell = (...positions: CourierPosition[]) =>
  tellPositions(bench.store, connectionId, positions, courierPositionWork(merchantId, connectionId));
/** An order that Nash calls `order-1`. */
async function accepted(): Promise<string> {
  const { id } = await acceptSample(bench.store);
  await client.hset(bench.store.keys.reference(connectionId, 'order-1'), referenceField, id);
  return id;
}
async function settle(): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    bench.clock.advance(1_000);
    const entries = (await bench.take()).filter(({ job }) => job === 'courier-position');
    if (entries.length === 0) return;
    for (const entry of entries) await bench.run(entry);
  }
}

describe('positions of couriers', () => {
  it('of 5,000 deliveries wait as one piece of work, and an order’s hook that comes behind them goes first', async () => {
    for (let from = 0; from < 5_000; from += 100) {
      await tell(...Array.from({ length: 100 }, (_, at) => positionOf(from + at)));
    }
    expect(await client.hlen(bench.store.keys.positions(connectionId))).toBe(5_000);
    const reference = { merchantId, connectionId, inboxId: newId('inbox', bench.clock) };
    bench.clock.advance(2_000);
    await bench.push(makeEntry(fulfilmentRead, reference, { lane: merchantLane(merchantId) }));
    const [first] = (await leaseEntries(bench.store, { room: 1, leaseMs: 60_000 })).entries;
    expect(first?.job).toBe('fulfilment-read');
    expect((await bench.take()).map(({ job }) => job)).toEqual(['courier-position']);
  });

  it('are kept as the last of each delivery, sealed, and put to their order', async () => {
    const orderId = await accepted();
    await tell(positionOf('a', { latitude: 1 }), positionOf('b', { latitude: 2 }));
    await tell(positionOf('a', { latitude: 3 }));
    await settle();
    const stored = await requireOrder(bench.store, orderId);
    expect(await readPositions(bench.store, stored)).toMatchObject({ dlv_a: { latitude: 3 }, dlv_b: { latitude: 2 } });
    expect(await whereIs(client, ['144.96'])).toEqual([]);
    expect(await client.hlen(bench.store.keys.positions(connectionId))).toBe(0);
  });

  it('that come while others are put to their orders are not lost', async () => {
    const orderId = await accepted();
    await tell(positionOf('a', { latitude: 1 }));
    bench.clock.advance(1_000);
    const entry = (await bench.take()).find(({ job }) => job === 'courier-position');
    await bench.run(entry ?? expect.unreachable(), (context) => ({
      ...context,
      commit: async (plan) => {
        // Told between the read of the first and the commit that takes it out.
        await tell(positionOf('a', { latitude: 5 }));
        return context.commit(plan);
      },
    }));
    await settle();
    const stored = await requireOrder(bench.store, orderId);
    expect(await readPositions(bench.store, stored)).toMatchObject({ dlv_a: { latitude: 5 } });
  });

  it('of no order, and of one whose person was erased, are dropped', async () => {
    const orderId = await accepted();
    await client.hdel(bench.store.keys.order(orderId), 'key');
    await tell(positionOf('a'), positionOf('b', { externalRef: 'order-nobody' }));
    await settle();
    expect(await client.hlen(bench.store.keys.positions(connectionId))).toBe(0);
    expect(await client.hget(bench.store.keys.order(orderId), 'positions')).toBeNull();
  });
});
