import { beforeEach, describe, expect, it } from 'vitest';
import { createConnection } from '../../src/store/connections.ts';
import { freeLane, type LeasedEntry } from '../../src/store/entries.ts';
import { createMerchant } from '../../src/store/merchants.ts';
import { requireOrder } from '../../src/store/orders.ts';
import { acceptSample } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
let merchantId: string;
beforeEach(async () => {
  bench = await openWorkbench(client);
  merchantId = (await createMerchant(bench.store, 'Test Market', 0)).id;
});

const connect = (name = 'Nash', storeLocationId = 'store-1') =>
  createConnection(bench.store, merchantId, {
    connector: 'nash',
    kind: 'fulfilment',
    name,
    routing: [{ storeLocationIds: [storeLocationId] }],
    settings: { baseUrl: 'http://127.0.0.1:1', apiKey: 'nash_demo_key' },
  });

describe('an order that no route took', () => {
  const waitingOrders = () => client.zrange(bench.store.keys.unrouted(merchantId), '0', '-1');
  async function unrouted(externalId = 'order-1'): Promise<string> {
    const { id } = await acceptSample(bench.store, externalId, { merchantId });
    await bench.runDue();
    return id;
  }
  /** Does all of this work, and what is due after it, that has to do with routes. Answers how often an order was asked. */
  async function routeAll(entries: readonly LeasedEntry[]): Promise<number> {
    // Orders that are waiting for a turn with their partner have their route.
    const submits = entries.filter(({ job, lane }) => job === 'fulfilment-submit' && lane === freeLane);
    const again = entries.filter(({ payload }) => (payload as { kind?: string }).kind === 'unrouted');
    for (const entry of [...submits, ...again]) await bench.run(entry);
    if (submits.length + again.length === 0) return 0;
    return submits.length + (await routeAll(await bench.take()));
  }

  it('says so, waits, and is routed when a connection appears', async () => {
    const id = await unrouted();
    expect((await requireOrder(bench.store, id)).order.problems).toMatchObject([
      { code: 'order.no_route', source: 'you' },
    ]);
    expect(await waitingOrders()).toEqual([id]);
    const connection = await connect();
    const submits = await bench.sweep({ kind: 'unrouted', merchantId });
    expect(submits).toMatchObject([{ job: 'fulfilment-submit', payload: { orderId: id } }]);
    for (const entry of submits) await bench.run(entry);
    const { order } = await requireOrder(bench.store, id);
    expect(order).toMatchObject({ fulfilment: { connectionId: connection.id }, problems: [] });
    expect(await waitingOrders()).toEqual([]);
    // Its calls will be made in the turn of the account that they count on.
    expect(await bench.take()).toMatchObject([
      { job: 'fulfilment-submit', lane: expect.stringMatching(/^nash\.\w+\.default\/mer_\w+$/), tries: 0 },
    ]);
  });

  it('goes on waiting when the connection does not take it either', async () => {
    const id = await unrouted();
    await connect('elsewhere', 'store-2');
    for (const entry of await bench.sweep({ kind: 'unrouted', merchantId })) await bench.run(entry);
    expect(await waitingOrders()).toEqual([id]);
    expect((await requireOrder(bench.store, id)).order.problems).toHaveLength(1);
  });

  it('is routed though the connection appeared at the very moment when none was found', async () => {
    const { id } = await acceptSample(bench.store, 'order-1', { merchantId });
    const submit = present((await bench.take())[0]);
    let isFirst = true;
    await bench.run(submit, (context) => ({
      ...context,
      commit: async (plan) => {
        if (isFirst) {
          isFirst = false;
          // What the route was decided on has been read; the connection's own sweep finds nobody waiting yet.
          await connect();
          await bench.sweep({ kind: 'unrouted', merchantId });
        }
        return context.commit(plan);
      },
    }));
    // Whatever comes round by itself, for an hour.
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await routeAll(await bench.sweep({ kind: 'retention', tick: 1 }));
      bench.clock.advance(60_000);
    }
    expect((await requireOrder(bench.store, id)).order.fulfilment).toBeDefined();
  });

  it('is asked once for each change of the connections, though there are more of them than one step takes', async () => {
    const count = 501;
    for (let n = 0; n < count; n += 1) await acceptSample(bench.store, `order-${n}`, { merchantId });
    await routeAll(await bench.take());
    expect(await waitingOrders()).toHaveLength(count);
    let asked = await routeAll(await bench.sweep({ kind: 'unrouted', merchantId }));
    for (let seconds = 0; seconds < 5; seconds += 1) {
      bench.clock.advance(1_000);
      asked += await routeAll(await bench.take());
    }
    expect(await waitingOrders()).toHaveLength(count);
    expect(asked).toBe(count);
  });
});
