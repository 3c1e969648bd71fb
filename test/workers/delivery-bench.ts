import type { Redis } from 'ioredis';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import { createEndpoint, type Endpoint, type EndpointFacts } from '../../src/store/endpoints.ts';
import { listDeliveries } from '../../src/store/delivery-log.ts';
import { type Delivery } from '../../src/store/events.ts';
import { acceptSample, sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** A bench, and what tests of deliveries do on it. */
export type DeliveryBench = Workbench & ReturnType<typeof announcingOn>;

export async function openDeliveryBench(client: Redis): Promise<DeliveryBench> {
  const bench = await openWorkbench(client);
  return { ...bench, ...announcingOn(bench) };
}

function announcingOn(bench: Workbench) {
  const { store, clock } = bench;
  return {
    subscribe: (
      url: string,
      signWith = generateWebhookSecret(),
      more: Partial<EndpointFacts> = {},
    ): Promise<Endpoint> =>
      createEndpoint(store, merchantId, { url, eventTypes: [], description: null, ...more }, signWith),
    /** An order whose own work is out of the way, and whose import was announced before anybody subscribed. */
    async anOrder(externalId = 'order-1'): Promise<string> {
      const order = await acceptSample(store, externalId);
      const { id } = order;
      await store.redis.hset(store.keys.order(id), 'doc', JSON.stringify({ ...order, announced: true }));
      const [submit] = await bench.take();
      if (submit !== undefined) await commit(store, { settle: { id: submit.id, attempt: submit.attempt, how: 'ack' } });
      return id;
    },
    /** Announces problems of an order, each in a commit of its own. */
    async announce(orderId: string, ...codes: string[]): Promise<void> {
      const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork };
      for (const code of codes) {
        clock.advance(1);
        await changeOrder(store, orderId, options, ({ order }) => {
          const { externalId, version } = order;
          const data = { orderId, externalId, version: version + 1, code, detail: code, source: 'you' };
          return { order, happenings: [{ type: 'order.problem', data }] };
        });
      }
    },
    /** Does what is due until nothing is. */
    async runQuiet(): Promise<void> {
      while ((await bench.runDue()).length > 0);
    },
    /** The deliveries to one endpoint, oldest first. */
    async deliveriesTo({ id }: Pick<Endpoint, 'id'>): Promise<Delivery[]> {
      const { items } = await listDeliveries(store, merchantId, { limit: 100 });
      return items.filter(({ endpointId }) => endpointId === id).toReversed();
    },
  };
}
