import { beforeEach, describe, expect, it } from 'vitest';
import type { OrderHappening } from '../../src/domain/events.ts';
import { missedOutcomes, type Replay, type ReplayScope } from '../../src/domain/replay.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { disableByMerchant, enable } from '../../src/queues/turn-endpoint.ts';
import { eventReplayWork } from '../../src/queues/event-replay.ts';
import { commit } from '../../src/store/commit.ts';
import { listDeliveries } from '../../src/store/delivery-log.ts';
import { newId } from '../../src/store/deps.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listSubscribers,
  type Endpoint,
  type EndpointFacts,
  updateEndpoint,
} from '../../src/store/endpoints.ts';
import { deliveryWrites, eventWrites, makeDelivery, readEvent } from '../../src/store/events.ts';
import { beginReplay, cancelReplay, listReplays, readReplay } from '../../src/store/replays.ts';
import { readMissedCount } from '../../src/store/missed-counts.ts';
import { wipeEvent } from '../../src/store/wipe-event.ts';
import { mortal, type Life } from '../bulk/run-bench.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openEndpointServer, type EndpointServer } from './endpoint-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
let server: EndpointServer;
let endpoint: Endpoint;

async function open(more: Partial<EndpointFacts> = {}): Promise<void> {
  bench = await openWorkbench(client);
  server = await openEndpointServer();
  endpoint = await subscribe(more);
}
const subscribe = (more: Partial<EndpointFacts> = {}): Promise<Endpoint> =>
  createEndpoint(bench.store, merchantId, { url: server.url, eventTypes: [], description: null, ...more }, generateWebhookSecret()); // prettier-ignore
beforeEach(() => open());

/** Something happens to an order: `code` is what the subscriber will see of it. */
async function happen(orderId: string, ...codes: string[]): Promise<void> {
  const happenings = codes.map((code, n): OrderHappening => {
    const data = { orderId, externalId: 'order-1', version: n + 1, code, detail: 'of words', source: 'you' };
    return { type: 'order.problem', data };
  });
  const subscribers = await listSubscribers(bench.store, merchantId);
  await commit(
    bench.store,
    eventWrites(bench.store, { id: orderId, merchantId }, happenings, subscribers, deliveryWork),
  );
  bench.clock.advance(1);
}
/** While the endpoint was disabled. */
async function missed(count: number, orders = count): Promise<string[]> {
  await disableByMerchant(bench.store, endpoint, undefined);
  const orderIds = Array.from({ length: orders }, () => newId('order', bench.clock));
  const codes = Array.from({ length: count }, (_, n) => `missed-${n}`);
  for (const [n, code] of codes.entries()) await happen(orderIds[n % orders] ?? '', code);
  await enable(bench.store, endpoint, { merchant: true });
  return codes;
}
async function begin(scope: Partial<ReplayScope> = {}, ratePerSecond = 500): Promise<Replay | null> {
  const { clock, store } = bench;
  const of = { endpointId: endpoint.id, types: [], orderId: null, outcomes: missedOutcomes, sinceMs: 0, untilMs: clock.now() + 1, ...scope }; // prettier-ignore
  return beginReplay(store, merchantId, { scope: of, ratePerSecond, expected: null }, eventReplayWork(merchantId, endpoint.id)); // prettier-ignore
}
/** Until nothing is due for a while. */
async function runAll(stepMs = 1_000, quietSteps = 3): Promise<void> {
  for (let quiet = 0; quiet < quietSteps;) {
    const did = await bench.runDue();
    quiet = did.length === 0 ? quiet + 1 : 0;
    if (did.length === 0) bench.clock.advance(stepMs);
  }
}
const arrived = (): string[] => server.attempts.map(({ code }) => code);
const reread = async (replay: Replay | null): Promise<Replay> =>
  present(await readReplay(bench.store, present(replay).id));
const logged = async () => (await listDeliveries(bench.store, merchantId, { limit: 200 })).items;

describe('a replay', () => {
  it('brings an endpoint what happened while it was disabled, oldest first, each event once and under its own id', async () => {
    const codes = await missed(12);
    const replay = await begin();
    await runAll();
    expect(arrived()).toEqual(codes);
    expect(new Set(server.attempts.map(({ eventId }) => eventId)).size).toBe(12);
    expect(await reread(replay)).toMatchObject({ status: 'made', made: 12, delivered: 12, failed: 0, dropped: 0 });
    expect((await logged()).every(({ replayId, status }) => replayId === replay?.id && status === 'delivered')).toBe(
      true,
    );
  });

  it('leaves nothing counted as missed once it has brought all of it, and what it does not bring as it was', async () => {
    await missed(3);
    const count = async () => (await readMissedCount(bench.store, endpoint.id))?.events ?? 0;
    expect(await count()).toBe(3);
    await begin({ types: ['order.imported'] });
    await runAll();
    expect(await count()).toBe(3);
    await begin();
    await runAll();
    expect(await count()).toBe(0);
  });

  it('sends what failed or was dropped, and neither what was delivered nor what is on its way', async () => {
    const orderId = newId('order', bench.clock);
    server.answer = ({ code }) => (code === 'gone' ? 410 : 200);
    await happen(orderId, 'fine', 'gone');
    await runAll();
    await enable(bench.store, endpoint, { merchant: true });
    server.answer = ({ code }) => (code === 'slow' ? 500 : 200);
    await happen(newId('order', bench.clock), 'slow');
    await bench.runDue();
    server.attempts.length = 0;
    await begin();
    for (let n = 0; n < 10; n += 1) await bench.runDue();
    expect(arrived()).toEqual(['gone']);
  });

  it('sends what was delivered only when it is asked to', async () => {
    await happen(newId('order', bench.clock), 'once');
    await runAll();
    await begin();
    await runAll();
    expect(arrived()).toEqual(['once']);
    await begin({ outcomes: ['delivered'] });
    await runAll();
    expect(arrived()).toEqual(['once', 'once']);
    expect(new Set(server.attempts.map(({ eventId }) => eventId)).size).toBe(1);
  });

  it('of one type, order or time sends that and nothing else', async () => {
    await missed(3);
    const orderId = newId('order', bench.clock);
    const fromMs = bench.clock.now();
    await disableByMerchant(bench.store, endpoint, undefined);
    await happen(orderId, 'wanted');
    const untilMs = bench.clock.now();
    await happen(orderId, 'later');
    await enable(bench.store, endpoint, { merchant: true });
    await begin({ types: ['order.imported'] });
    await runAll();
    expect(arrived()).toEqual([]);
    await begin({ orderId, untilMs });
    await runAll();
    expect(arrived()).toEqual(['wanted']);
    await begin({ sinceMs: fromMs });
    await runAll();
    expect(arrived()).toEqual(['wanted', 'later']);
  });

  it('passes over what the endpoint would not have, tests, and events whose payload was removed', async () => {
    const codes = await missed(2);
    const wanted = await updateEndpoint(bench.store, endpoint, {
      filter: { all: [{ path: '/data/code', op: 'ne', value: codes[0] ?? '' }] },
    });
    expect(wanted).not.toBeNull();
    const first = (await begin())?.id;
    await runAll();
    expect(arrived()).toEqual(codes.slice(1));
    expect(first).toBeDefined();
    const [delivery] = await logged();
    await wipeEvent(bench.store, present(await readEvent(bench.store, delivery?.eventId ?? '')));
    await begin({ outcomes: ['delivered'] });
    await runAll();
    expect(arrived()).toEqual(codes.slice(1));
  });

  it('keeps the order of an order: what comes behind a failure waits for it, and other orders do not', async () => {
    await missed(6, 2);
    let failures = 2;
    server.answer = ({ code }) => (code === 'missed-0' && failures-- > 0 ? 500 : 200);
    await begin();
    await runAll(1_000, 120);
    const of = (rest: number) => arrived().filter((code) => Number(code.slice(7)) % 2 === rest);
    expect(of(0)).toEqual(['missed-0', 'missed-0', 'missed-0', 'missed-2', 'missed-4']);
    expect(of(1)).toEqual(['missed-1', 'missed-3', 'missed-5']);
    expect(arrived().indexOf('missed-5')).toBeLessThan(arrived().lastIndexOf('missed-0'));
  });

  it('makes no more in a second than its rate', async () => {
    await missed(40);
    await begin({}, 10);
    const startedMs = bench.clock.now();
    const times: number[] = [];
    server.answer = () => {
      times.push(bench.clock.now() - startedMs);
      return 200;
    };
    for (let n = 0; n < 500 && times.length < 40; n += 1) {
      await bench.runDue();
      bench.clock.advance(20);
    }
    expect(times).toHaveLength(40);
    for (const from of times)
      expect(times.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(11);
    expect(times.at(-1)).toBeLessThan(6_000);
  });

  it('is the only one at its endpoint, and the next one begins when it is over', async () => {
    await missed(3);
    const first = await begin();
    expect(await begin()).toBeNull();
    await runAll();
    expect(await begin()).not.toBeNull();
    expect((await listReplays(bench.store, merchantId, { limit: 10 })).items.map(({ id }) => id)).toContain(first?.id);
  });

  it('that is canceled sends nothing more, not even what waits for another try', async () => {
    await missed(30);
    server.answer = () => 500;
    const replay = await begin({}, 10);
    for (let n = 0; n < 3; n += 1) await bench.runDue();
    const sent = server.attempts.length;
    expect(sent).toBeGreaterThan(0);
    expect(await cancelReplay(bench.store, await reread(replay))).toBe(true);
    await runAll(1_000, 400);
    expect(server.attempts).toHaveLength(sent);
    const { status, made, dropped } = await reread(replay);
    expect({ status, dropped }).toEqual({ status: 'canceled', dropped: made });
    expect(await cancelReplay(bench.store, await reread(replay))).toBe(false);
  });

  it.each([
    ['disabled', () => disableByMerchant(bench.store, endpoint, undefined)],
    ['deleted', () => deleteEndpoint(bench.store, endpoint)],
  ])('ends when its endpoint is %s, and says so', async (_, harm) => {
    await missed(5);
    const replay = await begin({}, 1);
    await bench.runDue();
    await harm();
    await runAll();
    expect(await reread(replay)).toMatchObject({ status: 'failed', failure: { code: 'endpoint.state' } });
  });
});

describe('a worker that dies over a replay', () => {
  const story = async (life: Life): Promise<Replay> => {
    await open();
    await missed(3, 2);
    const replay = present(await begin({}, 2));
    const mine = { ...bench.store, redis: mortal(client, life) };
    for (let turn = 0; turn < 5 && !life.dead; turn += 1) {
      for (const entry of await bench.take()) await bench.run(entry, undefined, mine).catch(() => undefined);
      bench.clock.advance(1_001);
    }
    // Leases of the bench are an hour long.
    await bench.pass(3_600_001);
    await runAll();
    return reread(replay);
  };

  it.each(['before', 'after'] as const)(
    'at any moment, %s a command has its effect, leaves every event with one delivery, in order',
    async (dies) => {
      let survived = false;
      for (let left = 1; !survived; left += 1) {
        const life: Life = { left, dies, dead: false };
        const replay = await story(life);
        expect(replay, `died at ${left}`).toMatchObject({ status: 'made', made: 3, delivered: 3 });
        const deliveries = await logged();
        expect(deliveries.map(({ eventId }) => eventId).toSorted()).toEqual(
          [...new Set(deliveries.map(({ eventId }) => eventId))].toSorted(),
        );
        expect(deliveries).toHaveLength(3);
        // Whoever dies over an attempt does it again: an event may come twice, and never behind a later one of its order.
        const firsts = [...new Set(arrived())];
        for (const rest of [0, 1]) {
          const ofOrder = firsts.filter((code) => Number(code.slice(7)) % 2 === rest);
          expect(ofOrder).toEqual(ofOrder.toSorted());
        }
        survived = !life.dead;
        expect(left).toBeLessThan(400);
      }
    },
    120_000,
  );
});

describe('beside what happens now', () => {
  it('no live event waits for more than what was made for this second', async () => {
    await open({ ordered: false, concurrency: 1 });
    await missed(40);
    await begin({}, 10);
    await bench.runDue();
    const [before] = [arrived().length];
    for (let n = 0; n < 30; n += 1) await happen(newId('order', bench.clock), `live-${n}`);
    // The lane hands out one at a time.
    for (let n = 0; n < 200 && arrived().length < 70; n += 1) {
      const did = await bench.runDue();
      if (did.length === 0) bench.clock.advance(100);
    }
    const order = arrived().slice(before);
    const untilLive = order.slice(0, order.indexOf('live-29') + 1).filter((code) => code.startsWith('missed'));
    expect(untilLive.length).toBeLessThanOrEqual(10);
    expect(new Set(arrived()).size).toBe(70);
  });

  it('a delivery of a replay is a delivery by itself beside those that were made when it happened', async () => {
    server.answer = () => 410;
    await happen(newId('order', bench.clock), 'lost');
    await runAll();
    await enable(bench.store, endpoint, { merchant: true });
    server.answer = () => 200;
    await begin();
    await runAll();
    expect((await logged()).map(({ status }) => status).toSorted()).toEqual(['delivered', 'failed']);
    const event = present(await readEvent(bench.store, (await logged())[0]?.eventId ?? ''));
    const extra = makeDelivery(bench.store, event, endpoint.id);
    await commit(bench.store, { writes: deliveryWrites(bench.store, extra) });
    const pending = await listDeliveries(bench.store, merchantId, { limit: 10, status: 'pending' });
    expect(pending.items.map(({ id }) => id)).toEqual([extra.id]);
  });
});
