import { expect, test } from 'vitest';
import type { OrderHappening } from '../../src/domain/events.ts';
import { missedOutcomes } from '../../src/domain/replay.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { eventReplayWork } from '../../src/queues/event-replay.ts';
import { commit } from '../../src/store/commit.ts';
import { newId } from '../../src/store/deps.ts';
import { createEndpoint, listSubscribers } from '../../src/store/endpoints.ts';
import { eventDocWrites, eventWrites, makeEvent, readDelivery } from '../../src/store/events.ts';
import { attemptWrites } from '../../src/store/delivery-attempts.ts';
import type { LeasedEntry } from '../../src/store/entries.ts';
import { beginReplay, readReplay } from '../../src/store/replays.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench } from './workbench.ts';

const { client } = await testRedis();
const eventsMax = 10_000;

test('ten thousand events are sent again beside live ones, of which none waits for more than one of them', async () => {
  const bench = await openWorkbench(client);
  const { store, clock } = bench;
  const happening = (): OrderHappening & { orderId: string } => {
    const orderId = newId('order', clock);
    const data = { orderId, externalId: 'x', version: 1, code: 'c', detail: 'd', source: 's' };
    return { orderId, type: 'order.problem', data };
  };
  for (let from = 0; from < eventsMax; from += 500) {
    const events = Array.from({ length: 500 }, () => {
      const { type, data, orderId } = happening();
      return makeEvent(store, merchantId, type, data, orderId);
    });
    clock.advance(1);
    await commit(store, { writes: events.flatMap((event) => eventDocWrites(store, event)) });
  }
  const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null, concurrency: 50 };
  const endpoint = await createEndpoint(store, merchantId, facts, generateWebhookSecret());
  const scope = { endpointId: endpoint.id, types: [], orderId: null, outcomes: missedOutcomes, sinceMs: 0, untilMs: clock.now() + 1 }; // prettier-ignore
  const work = eventReplayWork(merchantId, endpoint.id);
  const replay = present(await beginReplay(store, merchantId, { scope, ratePerSecond: 500, expected: null }, work));

  /** It was delivered. */
  const settle = async ({ id, attempt, payload }: LeasedEntry): Promise<string | null> => {
    const { deliveryId } = payload as { deliveryId: string };
    const delivery = { ...present(await readDelivery(store, deliveryId)), status: 'delivered', attempts: 1 } as const;
    const line = { at: delivery.createdAt, attempt: 1, outcome: 'delivered', failure: null, exchange: null };
    await commit(store, { writes: attemptWrites(store, delivery, line), settle: { id, attempt, how: 'ack' } });
    return delivery.replayId;
  };
  let [live, replayed, longestWait] = [0, 0, 0];
  const seen = new Set<string>();
  while ((await readReplay(store, replay.id))?.status === 'running' || replayed < eventsMax) {
    const { orderId, ...happened } = happening();
    const subscribers = await listSubscribers(store, merchantId);
    await commit(store, eventWrites(store, { id: orderId, merchantId }, [happened], subscribers, deliveryWork));
    const handed = await bench.take();
    const sent = handed.filter(({ job }) => job === 'delivery-attempt');
    const by = await Promise.all(sent.map(settle));
    expect(by.filter((replayId) => replayId === null)).toHaveLength(1);
    longestWait = Math.max(longestWait, by.indexOf(null));
    live += 1;
    replayed += by.length - 1;
    for (const { payload } of sent) seen.add((payload as { deliveryId: string }).deliveryId);
    for (const entry of handed.filter(({ job }) => job === 'event-replay')) await bench.run(entry);
    clock.advance(100);
    expect(live).toBeLessThan(5_000);
  }
  expect(replayed).toBe(eventsMax);
  expect(seen.size).toBe(eventsMax + live);
  expect(longestWait).toBeLessThanOrEqual(1);
  expect(await readReplay(store, replay.id)).toMatchObject({ status: 'made', made: eventsMax, delivered: eventsMax });
}, 60_000);
