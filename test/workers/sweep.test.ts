import { beforeEach, describe, expect, it } from 'vitest';
import type { Order, OrderFulfilment } from '../../src/domain/order.ts';
import { Failure } from '../../src/domain/failure.ts';
import { bury } from '../../src/queues/bury.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { sweepEveryMs } from '../../src/queues/sweep.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import { createConnection, updateConnection } from '../../src/store/connections.ts';
import { newId } from '../../src/store/deps.ts';
import type { LeasedEntry } from '../../src/store/entries.ts';
import { deliveryWrites, eventDocWrites, makeDelivery, makeEvent } from '../../src/store/events.ts';
import { readIssue } from '../../src/store/issues.ts';
import { createMerchant } from '../../src/store/merchants.ts';
import { listOrders, readOrder, readTimeline } from '../../src/store/orders.ts';
import { listReconciliations } from '../../src/store/reconciliations.ts';
import { acceptSample, postSample } from '../store/accept-sample.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, quietAfterMs, reconcileEveryMs, type SweepPayload, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
let merchantId: string;
beforeEach(async () => {
  bench = await openWorkbench(client);
  merchantId = (await createMerchant(bench.store, 'Test Market', 0)).id;
});

const retention = { kind: 'retention', tick: 1 } as const;
const runSweep = (payload: SweepPayload) => bench.sweep(payload);
const about = (entries: readonly LeasedEntry[]) => entries.map(({ job, payload }) => ({ job, payload }));

const told: OrderFulfilment = {
  connectionId: newId('connection', createFakeClock()),
  connector: 'nash',
  externalRef: 'order-1',
  submittedContentVersion: 1,
};

/** An accepted order whose own work is out of the way. */
async function anOrder(externalId: string): Promise<Order> {
  const order = await acceptSample(bench.store, externalId, { merchantId });
  await end(await bench.take());
  return order;
}
/** Ends work as done without doing it. */
async function end(entries: readonly LeasedEntry[]): Promise<void> {
  for (const { id, attempt } of entries) await commit(bench.store, { settle: { id, attempt, how: 'ack' } });
}
function change(orderId: string, changes: Partial<Order>): Promise<Order> {
  const options = { commit: (plan: CommitPlan) => commit(bench.store, plan), work: deliveryWork };
  return changeOrder(bench.store, orderId, options, ({ order }) => ({ order: { ...order, ...changes } }));
}
const connect = (name = 'Nash') =>
  createConnection(bench.store, merchantId, {
    connector: 'nash',
    kind: 'fulfilment',
    name,
    routing: [{ storeLocationIds: ['store-1'] }],
    settings: { baseUrl: 'http://127.0.0.1:1', apiKey: 'nash_demo_key' },
  });

describe('the sweep for retention', () => {
  const orderMs = () => bench.store.retention.orderSeconds * 1_000;

  it('deletes orders once they have been finished for long, and no others', async () => {
    const [old, open] = [await anOrder('old'), await anOrder('open')];
    const reference = bench.store.keys.reference(told.connectionId, told.externalRef);
    await client.hset(reference, 'orderId', old.id);
    await change(old.id, { status: 'DELIVERED', fulfilment: told });
    bench.clock.advance(1_000);
    const recent = await anOrder('recent');
    await change(recent.id, { status: 'CANCELED' });
    bench.clock.advance(orderMs() - 1_000);
    await runSweep(retention);
    expect(await readOrder(bench.store, old.id)).toBeNull();
    expect(await readTimeline(bench.store, old.id)).toEqual([]);
    expect(await client.exists(reference)).toBe(0);
    expect(await client.zscore(bench.store.keys.finished, old.id)).toBeNull();
    expect(await readOrder(bench.store, recent.id)).not.toBeNull();
    expect(await readOrder(bench.store, open.id)).not.toBeNull();
    expect(await client.zrange(bench.store.keys.orders(merchantId), '0', '-1')).toEqual([open.id, recent.id]);
    const left = { storeLocationId: open.storeLocationId, limit: 10 };
    expect((await listOrders(bench.store, merchantId, left)).stored.map(({ order }) => order.id)).toEqual([recent.id, open.id]); // prettier-ignore
    // The index of persons: two entries for each order that is left.
    expect(await client.zcard(bench.store.keys.persons(merchantId))).toBe(4);
  });

  it("keeps the claim: a deleted order's external id stays taken for ever", async () => {
    const { id } = await anOrder('old');
    await change(id, { status: 'DELIVERED' });
    bench.clock.advance(orderMs());
    await runSweep(retention);
    const post = (notes?: string) => {
      const order = { externalId: 'old', ...(notes === undefined ? {} : { notes }) };
      return postSample(bench.store, { merchantId, idempotencyKey: `new-${notes}`, order });
    };
    expect(await post()).toEqual({ outcome: 'existing', orderId: id, replayed: false });
    expect(await post('other')).toEqual({ outcome: 'different', orderId: id });
  });

  it('takes events and deliveries off their lists when their documents are past their time', async () => {
    const { store } = bench;
    const endpointId = newId('endpoint', bench.clock);
    const announce = async () => {
      await client.sadd(store.keys.formerEndpoints(merchantId), endpointId);
      const event = makeEvent(store, merchantId, 'endpoint.test', { endpointId }, null);
      const delivery = makeDelivery(store, event, endpointId);
      await commit(store, { writes: [...eventDocWrites(store, event), ...deliveryWrites(store, delivery)] });
      return [event.id, delivery.id];
    };
    await announce();
    bench.clock.advance(1_000);
    const kept = await announce();
    bench.clock.advance(store.retention.eventSeconds * 1_000 - 500);
    await runSweep(retention);
    const listed = [
      ...(await client.zrange(store.keys.events(merchantId), '0', '-1')),
      ...(await client.zrange(store.keys.deliveries(endpointId, 'pending'), '0', '-1')),
    ];
    expect(listed).toEqual(kept);
    bench.clock.advance(1_000);
    await runSweep(retention);
    expect(await client.exists(store.keys.formerEndpoints(merchantId))).toBe(0);
  });

  it('forgets issues that nothing was heard of for as long, with the work they held back, and no others', async () => {
    const { store, clock } = bench;
    const buryOne = async (code: string): Promise<string> => {
      const order = await acceptSample(store, code, { merchantId });
      const [entry] = await bench.take();
      if (entry === undefined) throw new Error('an accepted order is work');
      const failure = new Failure('rejected', code, 'no');
      const payload = { orderId: order.id };
      const { issue = '', writes = [] } = await bury(store, { entryId: entry.id, job: entry.job, payload, failure });
      const settle = { id: entry.id, attempt: entry.attempt, how: 'bury', reason: code, issue } as const;
      await commit(store, { writes, settle });
      return issue;
    };
    const old = await buryOne('nash.old');
    clock.advance(orderMs() / 2);
    await end(await bench.take());
    const recent = await buryOne('nash.recent');
    clock.advance(orderMs() / 2 + 1);

    await runSweep(retention);

    expect(await readIssue(store, old)).toBeNull();
    expect(await readIssue(store, recent)).toMatchObject({ code: 'nash.recent' });
    expect(await client.hlen(store.keys.dead)).toBe(1);
  });

  it('is followed by the next one, once, however many processes run it', async () => {
    // Turns are counted from the epoch: both runs are in one.
    bench.clock.advance(sweepEveryMs.retention - (bench.clock.now() % sweepEveryMs.retention));
    await Promise.all([runSweep(retention), runSweep(retention)]);
    bench.clock.advance(sweepEveryMs.retention);
    expect(await bench.take()).toMatchObject([{ job: 'sweep', payload: { kind: 'retention' } }]);
  });

  it('has a merchant’s open orders compared with the partners once in the interval, by whichever process asks first', async () => {
    await anOrder('order-1');
    const due = async () => {
      const taken = [...(await runSweep(retention)), ...(await runSweep(retention))];
      await end(taken);
      return taken.filter(({ job }) => job === 'order-reconcile').map(({ payload }) => payload);
    };
    expect(await due()).toEqual([]);
    await bench.pass(reconcileEveryMs);
    expect(await due()).toEqual([expect.objectContaining({ merchantId, lists: null })]);
    expect(await due()).toEqual([]);
    const { data } = await listReconciliations(bench.store, merchantId, { limit: 10 });
    expect(data).toMatchObject([{ cause: 'schedule', status: 'running' }]);
  });

  it('asks each fulfilment connection for what it missed, once in its interval, except those that are paused', async () => {
    const connection = await connect();
    await updateConnection(bench.store, await connect('paused'), { paused: true });
    const asked = { job: 'sweep', payload: { kind: 'catch-up', merchantId, connectionId: connection.id } };
    const catchUps = (entries: readonly LeasedEntry[]) =>
      about(entries.filter(({ payload }) => (payload as SweepPayload).kind === 'catch-up'));
    const first = await runSweep(retention);
    expect(catchUps(first)).toEqual([asked]);
    await end(first);
    expect(catchUps(await runSweep(retention))).toEqual([]);
    await bench.pass(sweepEveryMs['catch-up']);
    expect(catchUps(await runSweep(retention))).toEqual([asked]);
  });
});

describe('the sweep for quiet orders', () => {
  const reads = async () => {
    const entries = await runSweep({ kind: 'quiet', tick: 1 });
    await end(entries);
    return about(entries.filter(({ job }) => job === 'fulfilment-read'));
  };

  it('has an order read that nothing was heard of for long, and again after a while', async () => {
    const { id } = await anOrder('order-1');
    await change(id, { fulfilment: told });
    bench.clock.advance(quietAfterMs - 1);
    expect(await reads()).toEqual([]);
    bench.clock.advance(1);
    expect(await reads()).toEqual([{ job: 'fulfilment-read', payload: { orderId: id } }]);
    await bench.pass(quietAfterMs);
    expect(await reads()).toEqual([]);
    bench.clock.advance(quietAfterMs / 10);
    expect(await reads()).toHaveLength(1);
  });

  it('asks less often the older an order is, and at least every six hours', async () => {
    const { id } = await anOrder('order-1');
    await change(id, { fulfilment: told });
    await bench.pass(30 * 86_400_000);
    expect(await reads()).toHaveLength(1);
    await bench.pass(6 * 3_600_000);
    expect(await reads()).toEqual([]);
    await bench.pass(quietAfterMs);
    expect(await reads()).toHaveLength(1);
  });

  it('leaves alone what was heard of, what no partner was told of, and what is at its end', async () => {
    const [heard, untold, over] = [await anOrder('heard'), await anOrder('untold'), await anOrder('over')];
    for (const { id } of [heard, over]) await change(id, { fulfilment: told });
    await change(untold.id, { fulfilment: { ...told, submittedContentVersion: 0 } });
    await change(over.id, { status: 'DELIVERED' });
    bench.clock.advance(quietAfterMs);
    await change(heard.id, { status: 'PICKING' });
    expect(await reads()).toEqual([]);
  });

  it('forgets orders that are no more', async () => {
    const { id } = await anOrder('order-1');
    await change(id, { fulfilment: told });
    await client.del(bench.store.keys.order(id));
    bench.clock.advance(quietAfterMs);
    expect(await reads()).toEqual([]);
    expect(await client.zcard(bench.store.keys.open)).toBe(0);
  });
});
