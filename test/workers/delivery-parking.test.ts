import { beforeEach, describe, expect, it } from 'vitest';
import { parkAfterMs } from '../../src/delivery/judge-attempt.ts';
import { retryLadderMs } from '../../src/delivery/schedule.ts';
import { updateEndpoint, type Endpoint } from '../../src/store/endpoints.ts';
import { listIssueEntries, listIssues } from '../../src/store/issues.ts';
import { reviveEntries } from '../../src/store/revive.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openDeliveryBench, type DeliveryBench } from './delivery-bench.ts';
import { openEndpointServer, type EndpointServer } from './endpoint-server.ts';

const { client } = await testRedis();
let bench: DeliveryBench;
let server: EndpointServer;
let endpoint: Endpoint;
beforeEach(async () => {
  bench = await openDeliveryBench(client);
  server = await openEndpointServer();
  endpoint = await bench.subscribe(server.url);
  server.answer = ({ code }) => (code === 'stuck' ? 500 : 200);
});

const sent = (): string[] => server.attempts.map(({ code }) => code);
const deliveries = () => bench.deliveriesTo(endpoint);
/** Does what falls due in this time, when it does. */
async function runFor(ms: number): Promise<void> {
  const endMs = bench.clock.now() + ms;
  for (;;) {
    await bench.runQuiet();
    const next = await client.zrange(bench.store.keys.lanes, '0', '0', 'WITHSCORES');
    const atMs = Number(next[1] ?? Infinity);
    if (atMs >= endMs) break;
    bench.clock.advance(Math.max(1, atMs - bench.clock.now()));
  }
  bench.clock.advance(endMs - bench.clock.now());
}
const issues = async () => (await listIssues(bench.store, merchantId, { offset: 0, limit: 10 })).issues;

describe('an event that cannot be delivered', () => {
  it('holds back those behind it for fifteen minutes from its first attempt, and not a moment longer', async () => {
    await bench.announce(await bench.anOrder(), 'stuck', 'b', 'c');
    await runFor(parkAfterMs - 1);
    expect(sent()).toEqual(Array<string>(4).fill('stuck'));
    expect(await deliveries()).toMatchObject([{ parkedAt: null }, { attempts: 0 }, { attempts: 0 }]);
    bench.clock.advance(1);
    await bench.runQuiet();
    expect(sent().slice(4)).toEqual(['b', 'c']);
    expect(await deliveries()).toMatchObject([
      { status: 'pending', attempts: 4, parkedAt: new Date(bench.clock.now()).toISOString() },
      { status: 'delivered', parkedAt: null },
      { status: 'delivered', parkedAt: null },
    ]);
  });

  it('keeps its ladder when it was parked, beside what comes meanwhile, which keeps its order', async () => {
    const orderId = await bench.anOrder();
    await bench.announce(orderId, 'stuck', 'b');
    await runFor(parkAfterMs);
    await bench.announce(orderId, 'c', 'd');
    const [fifth = 0] = retryLadderMs.slice(3);
    // Four attempts in 6 min 5 s, the next one half an hour later.
    await runFor(365_000 + fifth - parkAfterMs - 100);
    expect(sent()).toEqual([...Array<string>(4).fill('stuck'), 'b', 'c', 'd']);
    await runFor(200);
    expect(sent().slice(7)).toEqual(['stuck']);
    server.answer = () => 200;
    await runFor(retryLadderMs[4]);
    expect(sent().slice(8)).toEqual(['stuck']);
    expect((await deliveries()).map(({ status }) => status)).toEqual(Array<string>(4).fill('delivered'));
    expect(await client.exists(bench.store.keys.sequence(endpoint.id, orderId))).toBe(0);
  });

  it('and has been parked is given up after its last attempt, as any other', async () => {
    await bench.announce(await bench.anOrder(), 'stuck', 'b');
    await runFor(76 * 3_600_000);
    expect(await deliveries()).toMatchObject([
      { status: 'failed', attempts: 11, nextAttemptAt: null },
      { status: 'delivered', attempts: 1 },
    ]);
    expect(sent()).toHaveLength(12);
  });

  it('is named by an issue from when it was parked until it is over', async () => {
    const [one, two] = [await bench.anOrder('one'), await bench.anOrder('two')];
    await bench.announce(one, 'stuck', 'b');
    await bench.announce(two, 'stuck');
    await runFor(parkAfterMs - 1);
    expect(await issues()).toEqual([]);
    await runFor(10);
    expect(await issues()).toMatchObject([
      { code: 'delivery.parked', target: endpoint.id, status: 'open', source: 'you', count: 2 },
    ]);
    expect((await issues())[0]?.orderIds).toContain(one);
    server.answer = () => 200;
    await runFor(3_600_000);
    expect(await issues()).toMatchObject([{ status: 'resolved' }]);
  });

  it('and has been parked is tried at once when somebody retries the issue', async () => {
    await bench.announce(await bench.anOrder(), 'stuck', 'b');
    await runFor(parkAfterMs + 1);
    server.answer = () => 200;
    const [issue] = await issues();
    const held = await listIssueEntries(bench.store, issue?.id ?? '');
    expect(await reviveEntries(bench.store, held, issue?.id ?? null)).toBe(1);
    await bench.runQuiet();
    expect(sent().at(-1)).toBe('stuck');
    expect(await issues()).toMatchObject([{ status: 'resolved' }]);
  });

  it('parks one after the other where the whole endpoint is dead: each has its own fifteen minutes', async () => {
    server.answer = () => 500;
    await bench.announce(await bench.anOrder(), 'a', 'b', 'c');
    await runFor(2 * parkAfterMs + 1);
    const parked = (await deliveries()).map(({ parkedAt }) => parkedAt !== null);
    expect(parked).toEqual([true, true, false]);
  });

  it('is not parked at an endpoint that wants no order, nor while it was never tried', async () => {
    endpoint = present(await updateEndpoint(bench.store, endpoint, { ordered: false }));
    await bench.announce(await bench.anOrder(), 'stuck', 'b');
    await runFor(2 * parkAfterMs);
    expect(await deliveries()).toMatchObject([{ parkedAt: null, headSince: null }, { status: 'delivered' }]);
  });

  it('is sent rather than parked where both are due: nobody looked in time', async () => {
    await bench.announce(await bench.anOrder(), 'stuck', 'b');
    await runFor(400_000);
    bench.clock.advance(3_600_000);
    server.answer = () => 200;
    await bench.runQuiet();
    expect(sent().slice(4)).toEqual(['stuck', 'b']);
    expect(await issues()).toEqual([]);
  });
});

describe('parking', () => {
  /** Until the entry is due that parks. */
  async function untilParking(): Promise<void> {
    await bench.announce(await bench.anOrder(), 'stuck', 'b', 'c');
    await runFor(parkAfterMs);
  }

  it('is one commit with the turn of the next: who dies before it has done nothing, and nobody does it twice', async () => {
    await untilParking();
    const entry = present((await bench.take())[0]);
    const died = bench.run(entry, (context) => ({ ...context, finish: () => Promise.reject(new Error('killed')) }));
    await expect(died).rejects.toThrow('killed');
    expect((await deliveries())[0]).toMatchObject({ parkedAt: null });
    // Its lease brings it back, here as two hand-overs of the same attempt.
    await bench.run(entry);
    await bench.run(entry);
    expect(await issues()).toMatchObject([{ count: 1 }]);
    const due = (await bench.take()).filter(({ job }) => job === 'delivery-attempt');
    expect(due.map(({ payload }) => (payload as { deliveryId: string }).deliveryId)).toEqual([
      (await deliveries())[1]?.id,
    ]);
  });

  it('does not give the turn away again when the parked one is over', async () => {
    const orderId = await bench.anOrder();
    await bench.announce(orderId, 'stuck');
    await runFor(2 * parkAfterMs);
    server.answer = ({ code }) => (code === 'b' ? 500 : 200);
    await bench.announce(orderId, 'b', 'c');
    // Its fifth attempt, 36 minutes after the first, while b is the head.
    await runFor(10 * 60_000);
    const [parked, ...waiting] = await deliveries();
    expect(parked).toMatchObject({ status: 'delivered', attempts: 5 });
    expect(sent()).not.toContain('c');
    const list = await client.lrange(bench.store.keys.sequence(endpoint.id, orderId), 0, -1);
    expect(list).toEqual(waiting.map(({ id }) => id));
  });
});
