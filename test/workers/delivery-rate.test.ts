import { beforeEach, describe, expect, it } from 'vitest';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import {
  createEndpoint,
  endpointLane,
  updateEndpoint,
  type Endpoint,
  type EndpointFacts,
} from '../../src/store/endpoints.ts';
import { listDeliveries } from '../../src/store/delivery-log.ts';
import { deliveryWrites, eventDocWrites, makeDelivery, makeEvent } from '../../src/store/events.ts';
import { takeSlot } from '../../src/store/take-slot.ts';
import { commit } from '../../src/store/commit.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openEndpointServer, type EndpointServer } from './endpoint-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
let server: EndpointServer;
/** When each attempt came, by the bench's clock. */
let arrivals: number[];
beforeEach(async () => {
  bench = await openWorkbench(client);
  server = await openEndpointServer();
  arrivals = [];
  server.answer = () => {
    arrivals.push(bench.clock.now());
    return 200;
  };
});

const subscribe = (more: Partial<EndpointFacts>): Promise<Endpoint> =>
  createEndpoint(bench.store, merchantId, { url: server.url, eventTypes: [], description: null, ...more }, generateWebhookSecret()); // prettier-ignore
async function send(endpoint: Endpoint, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const event = makeEvent(bench.store, merchantId, 'endpoint.test', { endpointId: endpoint.id }, null);
    const delivery = makeDelivery(bench.store, event, endpoint.id);
    const writes = [...eventDocWrites(bench.store, event), ...deliveryWrites(bench.store, delivery)];
    await commit(bench.store, { writes, entries: [deliveryWork(delivery, false)] });
  }
}
async function runFor(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 20) {
    await bench.runDue();
    bench.clock.advance(20);
  }
}
const mostInOneSecond = (): number =>
  Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 1_000).length));

describe('an endpoint with a rate', () => {
  it.each([1, 2, 10])('of %i in a second gets no more in any second, and hardly less', async (rateLimitPerSecond) => {
    const endpoint = await subscribe({ rateLimitPerSecond });
    await send(endpoint, rateLimitPerSecond * 6 + 5);
    await runFor(5_000);
    expect(mostInOneSecond()).toBe(rateLimitPerSecond);
    expect(arrivals.length).toBeGreaterThanOrEqual(Math.floor(rateLimitPerSecond * 5 * 0.9));
  });

  it('is at its new rate as soon as that was changed, and at none when it has none', async () => {
    const endpoint = await subscribe({ rateLimitPerSecond: 1 });
    await send(endpoint, 20);
    await runFor(2_000);
    expect(arrivals.length).toBeLessThanOrEqual(2);
    await updateEndpoint(bench.store, endpoint, { rateLimitPerSecond: null, concurrency: 50 });
    await runFor(100);
    expect(arrivals).toHaveLength(20);
  });

  it('whose turn is far off holds no place in a worker, and no attempt of the delivery is used up', async () => {
    const endpoint = await subscribe({ rateLimitPerSecond: 1 });
    await send(endpoint, 1);
    const asker = { class: 'orders', merchantId } as const;
    // Somebody else, in another process, was given the turn.
    expect(await takeSlot(bench.store, endpointLane(endpoint.id), asker, { waitMaxMs: 0 })).toMatchObject({
      taken: true,
    });
    const [entry] = await bench.take();
    await bench.run(present(entry ?? null));
    expect(arrivals).toEqual([]);
    expect(await bench.take()).toEqual([]);
    expect((await listDeliveries(bench.store, merchantId, { limit: 1 })).items).toMatchObject([
      { status: 'pending', attempts: 0 },
    ]);
    await runFor(1_200);
    expect(arrivals).toHaveLength(1);
  });

  it('does not slow down another', async () => {
    const [slow, quick] = [await subscribe({ rateLimitPerSecond: 1 }), await subscribe({ concurrency: 50 })];
    await send(slow, 30);
    await send(quick, 30);
    await runFor(200);
    expect(arrivals.length).toBeGreaterThanOrEqual(31);
  });
});
