import { beforeEach, expect, it } from 'vitest';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryAttempt, deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { commit, commitAndTake } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint, deleteEndpoint, endpointLane, type Endpoint } from '../../src/store/endpoints.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import { leaseMs, type BegunEntry } from '../../src/store/entry-lua.ts';
import { eventWrites } from '../../src/store/events.ts';
import { pauseLane } from '../../src/store/lanes.ts';
import { readAttempt } from '../../src/store/read-attempt.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
let endpoint: Endpoint;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  const facts = { url: 'https://subscriber.example/hooks', eventTypes: [], description: null };
  endpoint = await createEndpoint(store, merchantId, facts, generateWebhookSecret());
  const id = newId('order', clock);
  const canceled = (version: number) =>
    ({ type: 'order.canceled', data: { orderId: id, externalId: 'order-1', version, reason: null } }) as const;
  const plan = eventWrites(store, { id, merchantId }, [canceled(1), canceled(2)], [endpoint], deliveryWork);
  await commit(store, plan);
});

async function beginFirst(): Promise<BegunEntry> {
  const [begun] = await beginEntries(store, (await leaseEntries(store, { room: 1, leaseMs })).entries);
  if (begun === undefined) throw new Error('nothing has begun');
  return begun;
}
const readWith = (begun: BegunEntry) => readAttempt(store, deliveryAttempt.payload.parse(begun.payload), begun.first);
const readNow = (begun: BegunEntry) => readAttempt(store, deliveryAttempt.payload.parse(begun.payload));

it('what an attempt has to know comes with its beginning, by hand-over or after another, as it is at that moment', async () => {
  const one = await beginFirst();
  expect(await readWith(one)).toEqual(await readNow(one));
  expect(await readWith(one)).toMatchObject({
    delivery: { status: 'pending', endpointId: endpoint.id },
    event: { type: 'order.canceled', wipedAt: null },
    endpoint: { url: endpoint.url, sealed: endpoint.sealed },
    pausedMs: 0,
  });
  const { deliveryId, orderId } = deliveryAttempt.payload.parse(one.payload);
  const advance = { list: store.keys.sequence(endpoint.id, orderId ?? ''), member: deliveryId };
  const settle = { id: one.id, attempt: one.attempt, how: 'ack' } as const;
  const { next: two } = await commitAndTake(store, { advance, settle }, true);
  if (two === null) throw new Error('nothing follows');
  expect(await readWith(two)).toEqual(await readNow(two));
  expect((await readWith(two)).event?.body).toContain('"version":2');
});

it('what is gone is null, and what pauses the endpoint is said', async () => {
  const { payload } = await beginFirst();
  // It was handed over before somebody's answer paused the endpoint.
  await pauseLane(store, endpointLane(endpoint.id), 5_000);
  const { deliveryId, endpointId } = deliveryAttempt.payload.parse(payload);
  const names = { deliveryId, merchantId, endpointId };
  expect((await readAttempt(store, names)).pausedMs).toBe(5_000);
  const { delivery } = await readAttempt(store, names);
  await client.del(store.keys.event(delivery?.eventId ?? ''));
  expect(await readAttempt(store, names)).toMatchObject({ event: null, endpoint: { id: endpointId } });
  await deleteEndpoint(store, endpoint);
  expect(await readAttempt(store, names)).toMatchObject({ event: null, endpoint: null, delivery: { id: deliveryId } });
  await client.del(store.keys.delivery(deliveryId));
  expect(await readAttempt(store, names)).toEqual({ delivery: null, event: null, endpoint: null, pausedMs: 0 });
});

it('work whose payload names no delivery begins all the same: to refuse it is for its run', async () => {
  const lane = endpointLane(newId('endpoint', clock));
  const odd = { id: 'odd', job: deliveryAttempt.name, lane, class: 'urgent', payload: { of: 'yesterday' } } as const;
  await commit(store, { entries: [odd] });
  const begun = await beginEntries(store, (await leaseEntries(store, { room: 10, leaseMs })).entries);
  expect(begun.find(({ id }) => id === 'odd')).toMatchObject({ payload: { of: 'yesterday' }, first: [] });
});
