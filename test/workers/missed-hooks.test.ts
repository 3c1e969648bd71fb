import { afterAll, describe, expect, it, vi } from 'vitest';
import { makeEntry } from '../../src/queues/define-job.ts';
import { sweep } from '../../src/queues/sweep.ts';
import { commit } from '../../src/store/commit.ts';
import { freeLane } from '../../src/store/entries.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const waiting = { timeout: 15_000, interval: 50 };

describe('an order whose hooks were all lost', () => {
  it('comes to its end by catching up, and its events are those of any other order', async () => {
    const externalId = 'missed-1';
    await packline.control('POST', '/faults', {
      match: { partner: 'nash', event: '*' },
      fault: { kind: 'dropWebhook' },
    });
    const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), {
      'idempotency-key': externalId,
    });
    const id = String(posted.body['id']);
    const status = async () => (await packline.call('GET', `/v1/orders/${id}`)).body['status'];
    await vi.waitFor(
      () => expect(packline.sandbox.books.effectsOf('org_demo', externalId)).toHaveProperty('order.dispatched'),
      waiting,
    );
    await vi.waitFor(async () => expect(await status()).toBe('READY_FOR_HANDLING'), waiting);
    for (const to of [
      'assigned_driver',
      'items_pick_update',
      'items_pick_complete',
      'pickup_complete',
      'dropoff_complete',
    ]) {
      await packline.control('POST', `/nash/jobs/${externalId}/advance`, { to });
    }
    expect(await status()).toBe('READY_FOR_HANDLING');

    const [store] = packline.base.stores;
    if (store === undefined) throw new Error('there is no shard');
    const { merchantId, connectionId } = packline;
    const payload = { kind: 'catch-up', merchantId, connectionId } as const;
    await commit(store, { entries: [makeEntry(sweep, payload, { lane: freeLane, cause: 'test' })] });
    await vi.waitFor(async () => expect(await status()).toBe('DELIVERED'), waiting);
    const announced = () =>
      packline.subscriber.received.filter(({ data }) => data['orderId'] === id).map(({ type }) => type);
    await vi.waitFor(() => {
      for (const type of ['order.imported', 'order.items_picked', 'order.ready_for_invoicing']) {
        expect(announced().filter((each) => each === type)).toHaveLength(1);
      }
    }, waiting);
    expect(packline.subscriber.refused).toEqual([]);
  });
});
