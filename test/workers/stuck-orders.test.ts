import { beforeEach, expect, test } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import { reportStuck } from '../../src/fulfilment/report-stuck.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { listIssues } from '../../src/store/issues.ts';
import { writeStuckRules } from '../../src/store/stuck-orders.ts';
import { acceptSample, sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const minuteMs = 60_000;
let clock: FakeClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createFakeClock();
  store = await createTestStore(client, clock);
});

const bring = (id: string, status: Order['status']) =>
  changeOrder(store, id, { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork }, ({ order }) => ({
    order: { ...order, status },
  }));
const look = async () => {
  await reportStuck(store, merchantId);
  return (await listIssues(store, merchantId, { offset: 0, limit: 10 })).issues;
};

test('orders that stay in a status for longer than the rule are one issue, which is over when they have moved', async () => {
  const ids = [(await acceptSample(store, 'a')).id, (await acceptSample(store, 'b')).id];
  for (const id of ids) await bring(id, 'PICKING');
  clock.advance(119 * minuteMs);
  expect(await look()).toEqual([]);
  clock.advance(2 * minuteMs);
  const [issue, another] = await look();
  expect(another).toBeUndefined();
  expect(issue).toMatchObject({ code: 'order.stuck', status: 'open', count: 2, lastDetail: { status: 'PICKING', stuck: 2, minutes: 120 } }); // prettier-ignore
  expect(issue?.orderIds.toSorted()).toEqual(ids.toSorted());
  // The next look counts nobody twice.
  clock.advance(minuteMs);
  expect(await look()).toMatchObject([{ count: 2 }]);
  await bring(ids[0] ?? '', 'READY_FOR_PACKING');
  expect(await look()).toMatchObject([{ status: 'open', orderIds: [ids[1]], lastDetail: { stuck: 1 } }]);
  await bring(ids[1] ?? '', 'READY_FOR_PACKING');
  expect(await look()).toMatchObject([{ status: 'resolved' }]);
});

test('each status has its own rule and its own issue; a merchant sets them, or says that there is none', async () => {
  await bring((await acceptSample(store, 'a')).id, 'PICKING');
  await bring((await acceptSample(store, 'b')).id, 'PACKING');
  await writeStuckRules(store, merchantId, { PICKING: 10, PACKING: 10 });
  clock.advance(11 * minuteMs);
  expect((await look()).map(({ lastDetail }) => String(lastDetail['status'])).toSorted()).toEqual([
    'PACKING',
    'PICKING',
  ]);
  await writeStuckRules(store, merchantId, { PICKING: null, PACKING: 10 });
  expect((await look()).filter(({ status }) => status === 'open')).toMatchObject([
    { lastDetail: { status: 'PACKING' } },
  ]);
});

test('an order that nobody has touched since it was accepted is found by its first change', async () => {
  const { id } = await acceptSample(store, 'a');
  clock.advance(20 * minuteMs);
  await bring(id, 'RECEIVED');
  expect(await look()).toMatchObject([{ lastDetail: { status: 'RECEIVED' }, orderIds: [id] }]);
});

test('an order for tomorrow is not stuck today', async () => {
  const order = await acceptSample(store, 'a');
  await bring(order.id, 'READY_FOR_PICKING');
  const beginsMs = Date.parse(order.content.window.from);
  clock.advance(Math.max(0, beginsMs - clock.now()) + 119 * minuteMs);
  expect(await look()).toEqual([]);
  clock.advance(2 * minuteMs);
  expect(await look()).toMatchObject([{ orderIds: [order.id] }]);
});

test('an order at its end is in no status that it could be stuck in', async () => {
  const { id } = await acceptSample(store, 'a');
  await bring(id, 'PICKING');
  await bring(id, 'CANCELED');
  clock.advance(365 * 24 * 60 * minuteMs);
  expect(await look()).toEqual([]);
  expect(await client.keys('*in-status*')).toEqual([]);
});
