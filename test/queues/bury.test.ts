import { beforeEach, describe, expect, it } from 'vitest';
import { Failure, type FailureKind } from '../../src/domain/failure.ts';
import type { Order } from '../../src/domain/order.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { bury } from '../../src/queues/bury.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import { readHealth } from '../../src/store/connections.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint } from '../../src/store/endpoints.ts';
import { listDeliveries } from '../../src/store/delivery-log.ts';
import { listIssues } from '../../src/store/issues.ts';
import { requireOrder } from '../../src/store/orders.ts';
import { acceptSample, sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const connectionId = newId('connection', clock);
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

/** An order that Nash is to fulfil. */
async function routedOrder(): Promise<Order> {
  const { id } = await acceptSample(store);
  const fulfilment = { connectionId, connector: 'nash', externalRef: 'order-1', submittedContentVersion: 0 };
  const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork };
  return changeOrder(store, id, options, ({ order }) => ({ order: { ...order, fulfilment } }));
}
async function buryWork(payload: unknown, kind: FailureKind, { job = 'fulfilment-submit', entryId = 'entry-1' } = {}) {
  const failure = new Failure(kind, 'nash.refused', 'Nash refused it', { detail: { status: 422 } });
  await commit(store, await bury(store, { entryId, job, payload, failure }));
}
const issues = async () => (await listIssues(store, merchantId, { offset: 0, limit: 10 })).issues;

describe('work about an order that cannot be done', () => {
  it('is an issue at its connection, and a problem of the order that says who can do something', async () => {
    const { id } = await routedOrder();
    await buryWork({ orderId: id }, 'rejected');
    expect(await issues()).toMatchObject([
      {
        target: connectionId,
        job: 'fulfilment-submit',
        code: 'nash.refused',
        source: 'nash',
        count: 1,
        lastDetail: { status: 422 },
        orderIds: [id],
      },
    ]);
    const { order } = await requireOrder(store, id);
    expect(order.problems).toMatchObject([{ code: 'nash.refused', detail: 'Nash refused it', source: 'nash' }]);
  });

  it.each([
    ['rejected', 'nash'],
    ['misconfigured', 'you'],
    ['malformed', 'packline'],
    ['transient', 'nash'],
  ] as const)('of kind %s is for %s to look at', async (kind, source) => {
    const { id } = await routedOrder();
    await buryWork({ orderId: id }, kind);
    expect(await issues()).toMatchObject([{ source, kind }]);
  });

  it.each([
    ['misconfigured', true],
    ['rejected', false],
    ['malformed', false],
    ['transient', false],
  ] as const)('of kind %s makes its connection unhealthy: %s', async (kind, unhealthy) => {
    const { id } = await routedOrder();
    await buryWork({ orderId: id }, kind);
    const health = await readHealth(store, connectionId);
    expect(health).toMatchObject({ lastFailureCode: 'nash.refused' });
    expect(health.unhealthySince !== null).toBe(unhealthy);
  });

  it('is announced once, and counted as often as it fails', async () => {
    const { id } = await routedOrder();
    const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null };
    await createEndpoint(store, merchantId, facts, generateWebhookSecret());
    await buryWork({ orderId: id }, 'rejected');
    await buryWork({ orderId: id }, 'rejected');
    expect((await listDeliveries(store, merchantId, { limit: 10 })).items).toMatchObject([{ type: 'order.problem' }]);
    expect(await issues()).toMatchObject([{ count: 2, orderIds: [id] }]);
  });

  it('is one issue for all the orders that it holds up', async () => {
    const first = await routedOrder();
    const second = await acceptSample(store, 'order-2');
    await client.hset(store.keys.order(second.id), 'doc', JSON.stringify({ ...second, fulfilment: first.fulfilment }));
    clock.advance(1);
    await buryWork({ orderId: first.id }, 'rejected', { entryId: 'entry-1' });
    clock.advance(1);
    await buryWork({ orderId: second.id }, 'rejected', { entryId: 'entry-2' });
    expect(await issues()).toMatchObject([{ count: 2, orderIds: [second.id, first.id] }]);
  });
});

describe('other work that cannot be done', () => {
  it('such as a hook that nobody can read is an issue at its connection', async () => {
    const payload = { merchantId, connectionId, inboxId: newId('inbox', clock) };
    await buryWork(payload, 'malformed', { job: 'fulfilment-read' });
    expect(await issues()).toMatchObject([
      { target: connectionId, kind: 'malformed', source: 'packline', orderIds: [] },
    ]);
  });

  it('such as a delivery is an issue at its endpoint, and says nothing against the fulfilment system', async () => {
    const order = await routedOrder();
    const endpointId = newId('endpoint', clock);
    const payload = { deliveryId: newId('delivery', clock), merchantId, endpointId, orderId: order.id };
    await buryWork(payload, 'misconfigured', { job: 'delivery-attempt' });
    expect(await issues()).toMatchObject([{ target: endpointId }]);
    expect(await readHealth(store, connectionId)).toMatchObject({ lastFailureAt: null, unhealthySince: null });
  });

  it.each([[null], ['text'], [{}], [{ orderId: 7 }]])(
    'with a payload like %o is set aside all the same',
    async (payload) => {
      await buryWork(payload, 'malformed');
      expect(await issues()).toEqual([]);
    },
  );

  it('for an order past its retention is an issue of the merchant that the payload names', async () => {
    await buryWork({ merchantId, orderId: newId('order', clock) }, 'rejected');
    expect(await issues()).toMatchObject([{ target: 'packline', source: 'packline', orderIds: [] }]);
  });
});
