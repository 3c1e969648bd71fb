import { beforeEach, expect, test } from 'vitest';
import { deliveryStatuses, type DeliveryStatus } from '../../src/domain/delivery-status.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { commit } from '../../src/store/commit.ts';
import { listDeliveries } from '../../src/store/delivery-log.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint } from '../../src/store/endpoints.ts';
import { attemptWrites } from '../../src/store/delivery-attempts.ts';
import { deliveryWrites, makeDelivery, makeEvent, type Delivery } from '../../src/store/events.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
let endpointIds: string[];
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null };
  const made = [1, 2, 3].map(() => createEndpoint(store, merchantId, facts, generateWebhookSecret()));
  endpointIds = (await Promise.all(made)).map(({ id }) => id);
});

/** Deliveries about one order, of which the first few have come to this end. */
async function deliver(endpointId: string, count: number, status: DeliveryStatus, orderId = newId('order', clock)) {
  const made: Delivery[] = [];
  for (let n = 0; n < count; n += 1) {
    clock.advance(1);
    const event = { ...makeEvent(store, merchantId, 'endpoint.test', { endpointId }, null), orderId };
    made.push(makeDelivery(store, event, endpointId));
  }
  for (let from = 0; from < count; from += 500) {
    const writes = made.slice(from, from + 500).flatMap((delivery) => {
      const line = { at: delivery.createdAt, attempt: 1, outcome: 'x', failure: null, exchange: null };
      return [...deliveryWrites(store, delivery), ...attemptWrites(store, { ...delivery, status }, line)];
    });
    await commit(store, { writes });
  }
  return made.map(({ id }) => id);
}
const list = async (page: Omit<Parameters<typeof listDeliveries>[2], 'limit'>, limit = 200) => {
  const { items, nextCursor } = await listDeliveries(store, merchantId, { ...page, limit });
  return { ids: items.map(({ id }) => id), nextCursor };
};

test('one delivery that failed is found at once behind thousands that did not, by status, order and time', async () => {
  const [one = '', two = ''] = endpointIds;
  const orderId = newId('order', clock);
  const fromMs = clock.now();
  const [lost = ''] = await deliver(one, 1, 'failed', orderId);
  const untilMs = clock.now() + 1;
  for (const endpointId of [one, two]) await deliver(endpointId, 2_500, 'delivered');
  const found = { ids: [lost], nextCursor: null };
  expect(await list({ status: 'failed' })).toEqual(found);
  expect(await list({ status: 'failed', endpointId: one })).toEqual(found);
  expect(await list({ subjectId: orderId })).toEqual(found);
  expect(await list({ sinceMs: fromMs, untilMs })).toEqual(found);
  expect(await list({ status: 'failed', endpointId: two })).toEqual({ ids: [], nextCursor: null });
  // What no index knows is looked for, so far for one page, and on from its cursor.
  const keep = ({ id }: Delivery) => id === lost;
  const pages: string[][] = [];
  for (let cursor: string | undefined = '~'; cursor !== undefined;) {
    const page: Awaited<ReturnType<typeof list>> = await list({ keep, ...(cursor === '~' ? {} : { cursor }) });
    pages.push(page.ids);
    cursor = page.nextCursor ?? undefined;
  }
  expect(pages).toEqual([[], [], [lost]]);
});

test('those of several endpoints and statuses are one list, newest first, page by page', async () => {
  const made: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    for (const [at, endpointId] of endpointIds.entries()) {
      made.push(...(await deliver(endpointId, 3, deliveryStatuses[(round + at) % 4] ?? 'pending')));
    }
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ cursor }, 7);
    seen.push(...page.ids);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(made.toReversed());
});
