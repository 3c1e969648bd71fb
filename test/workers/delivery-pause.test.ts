import { createServer } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { circuit, pauseDefaultMs } from '../../src/delivery/judge-attempt.ts';
import { disableByMerchant, enable } from '../../src/queues/turn-endpoint.ts';
import { deleteEndpoint, endpointLane, updateEndpoint, type Endpoint } from '../../src/store/endpoints.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { readLane } from '../../src/store/lanes.ts';
import { listen } from '../support/listen.ts';
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
});

const sent = (): string[] => server.attempts.map(({ code }) => code);
/** Some orders, each with one event. */
async function announceEach(...codes: string[]): Promise<void> {
  const orders: string[] = [];
  for (const code of codes) orders.push(await bench.anOrder(code));
  for (const [at, code] of codes.entries()) await bench.announce(orders[at] ?? '', code);
}
/** The first attempt is answered so, and all others are good. */
const answerFirst = (status: number, headers: Record<string, string> = {}) => {
  server.answer = () => (server.attempts.length === 1 ? { status, headers } : 200);
};
const takeOne = async () => (await leaseEntries(bench.store, { room: 1, leaseMs: 3_600_000 })).entries;

describe('an endpoint that asks to be left alone', () => {
  it.each([
    [429, { 'retry-after': '90' }, 90_000],
    [503, { 'retry-after': '90' }, 90_000],
    [429, { ratelimit: '"minute";r=0;t=45' }, 45_000],
    [429, { ratelimit: '"hour";r=0', 'ratelimit-policy': '"hour";q=100;w=3600' }, 3_600_000],
    [429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }, 30_000],
    [429, {}, pauseDefaultMs],
    [502, {}, pauseDefaultMs],
    [503, {}, pauseDefaultMs],
    [504, {}, pauseDefaultMs],
    [200, { ratelimit: '"minute";r=0;t=45' }, 45_000],
  ] as const)('by %i with %o gets nothing at all for so long: %i ms', async (status, headers, ms) => {
    await announceEach('a', 'b', 'c');
    answerFirst(status, { ...headers });
    const [first] = await takeOne();
    await bench.run(first ?? expect.fail('nothing is due'));
    bench.clock.advance(ms - 1);
    await bench.runQuiet();
    expect(sent()).toHaveLength(1);
    expect(await bench.deliveriesTo(endpoint)).toMatchObject([
      { attempts: 1, status: status === 200 ? 'delivered' : 'pending' },
      { attempts: 0, status: 'pending' },
      { attempts: 0, status: 'pending' },
    ]);
    bench.clock.advance(1);
    await bench.runQuiet();
    expect(sent().filter((code) => code !== 'a')).toEqual(['b', 'c']);
  });

  it.each([
    [500, {}],
    [400, { 'retry-after': '90' }],
    [200, { 'retry-after': '90' }],
  ] as const)('does not by %i with %o: that is about the one event', async (status, headers) => {
    await announceEach('a', 'b');
    answerFirst(status, { ...headers });
    await bench.runQuiet();
    expect(sent()).toEqual(['a', 'b']);
  });

  it('gets nothing of what was handed over before it asked, and no attempt is used up', async () => {
    await announceEach('a', 'b');
    answerFirst(429, { 'retry-after': '90' });
    const handedOver = await bench.take();
    for (const entry of handedOver) await bench.run(entry);
    expect(sent()).toEqual(['a']);
    expect(await bench.deliveriesTo(endpoint)).toMatchObject([{ attempts: 1 }, { attempts: 0 }]);
    bench.clock.advance(90_000);
    await bench.runQuiet();
    expect(sent()).toHaveLength(3);
  });

  it('longer than once is left alone for the longer of both', async () => {
    await announceEach('a', 'b');
    server.answer = ({ code }) => ({ status: 429, headers: { 'retry-after': code === 'a' ? '600' : '10' } });
    const entries = await bench.take();
    await Promise.all(entries.map((entry) => bench.run(entry)));
    expect((await readLane(bench.store, endpointLane(endpoint.id))).pausedMs).toBe(600_000);
  });

  it('holds up no other endpoint', async () => {
    const other = await openEndpointServer();
    await bench.subscribe(other.url);
    await announceEach('a', 'b');
    server.answer = () => ({ status: 429, headers: { 'retry-after': '600' } });
    await bench.runQuiet();
    expect(other.attempts.map(({ code }) => code).toSorted()).toEqual(['a', 'b']);
  });

  it('with a rate of its own goes on at half of it, and not where its quota alone was used up', async () => {
    await deleteEndpoint(bench.store, endpoint);
    for (const [status, slower] of [
      [429, true],
      [200, false],
    ] as const) {
      const limited = await bench.subscribe(server.url, undefined, { rateLimitPerSecond: 10 });
      const state = `${bench.store.keys.tag}:lane-state:${endpointLane(limited.id)}`;
      const before = Number(await client.hget(state, 'interval'));
      server.answer = () => ({ status, headers: { ratelimit: '"s";r=0;t=5' } });
      await announceEach(`to-${status}`);
      await bench.runQuiet();
      const after = Number(await client.hget(state, 'interval'));
      expect(after > before).toBe(slower);
      await deleteEndpoint(bench.store, limited);
    }
  });

  it.each([
    ['that is given another URL', () => updateEndpoint(bench.store, endpoint, { url: `${server.url}?another` })],
    [
      'that is disabled and enabled',
      async () => {
        const disabled = await disableByMerchant(bench.store, endpoint, undefined);
        await enable(bench.store, disabled ?? endpoint, { merchant: true });
      },
    ],
  ] as const)('%s is called at once: who asked was another', async (_how, change) => {
    await announceEach('a', 'b');
    answerFirst(503, { 'retry-after': '3600' });
    const [first] = await takeOne();
    await bench.run(first ?? expect.fail('nothing is due'));
    await change();
    await bench.runQuiet();
    expect(sent()).toEqual(['a', 'b']);
  });

  it.each([
    ['disabled', () => disableByMerchant(bench.store, endpoint, undefined)],
    ['deleted', () => deleteEndpoint(bench.store, endpoint)],
  ] as const)('and is %s has what waits for it dropped now, and not after its pause', async (_how, end) => {
    await announceEach('a', 'b');
    answerFirst(503, { 'retry-after': '3600' });
    const [first] = await takeOne();
    await bench.run(first ?? expect.fail('nothing is due'));
    await end();
    await bench.runQuiet();
    expect(sent()).toEqual(['a']);
    expect(await bench.deliveriesTo(endpoint)).toMatchObject([{ status: 'pending' }, { status: 'dropped' }]);
  });
});

describe('an endpoint at which nobody is reached', () => {
  const attempts = async (to: Endpoint) => (await bench.deliveriesTo(to)).reduce((sum, one) => sum + one.attempts, 0);

  it('is left alone after ten attempts in a row, and then asked with no more than may be under way at once', async () => {
    const gone = await bench.subscribe(await refusingUrl(), undefined, { concurrency: 2 });
    await announceEach(...Array.from({ length: circuit.failures + 5 }, (_, n) => `event-${n}`));
    await bench.runQuiet();
    expect(sent()).toHaveLength(circuit.failures + 5);
    expect(await attempts(gone)).toBe(circuit.failures);
    bench.clock.advance(circuit.openMs - 1);
    await bench.runQuiet();
    expect(await attempts(gone)).toBe(circuit.failures);
    bench.clock.advance(1);
    await bench.runQuiet();
    const asked = (await attempts(gone)) - circuit.failures;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(2);
  });

  it('gets all that waited when it is there again: one success closes the circuit', async () => {
    const url = await refusingUrl();
    await bench.subscribe(url, undefined, { concurrency: 1 });
    await announceEach(...Array.from({ length: circuit.failures + 3 }, (_, n) => `event-${n}`));
    await bench.runQuiet();
    let received = 0;
    const back = createServer((request, response) => {
      received += 1;
      request.resume().on('end', () => response.end());
    });
    await listen(back, Number(new URL(url).port));
    bench.clock.advance(circuit.openMs);
    await bench.runQuiet();
    expect(received).toBe(circuit.failures + 3);
  });

  /** Nobody listens there. */
  async function refusingUrl(): Promise<string> {
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => {
      closed.close(resolve);
    });
    return `http://127.0.0.1:${port}/`;
  }
});
