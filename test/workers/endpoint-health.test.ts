import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { noteAttempt } from '../../src/delivery/endpoint-health.ts';
import { newId } from '../../src/store/deps.ts';
import { Failure } from '../../src/domain/failure.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { disableByMerchant, enable } from '../../src/queues/turn-endpoint.ts';
import { commit } from '../../src/store/commit.ts';
import { readEndpointHealth } from '../../src/store/endpoint-health.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listSubscribers,
  readEndpoint,
  updateEndpoint,
  type Endpoint,
} from '../../src/store/endpoints.ts';
import { listDeliveries } from '../../src/store/delivery-log.ts';
import { announceWrites } from '../../src/store/events.ts';
import { listIssueEntries, listIssues } from '../../src/store/issues.ts';
import { broughtWrites, readMissedCount } from '../../src/store/missed-counts.ts';
import { reviveEntries } from '../../src/store/revive.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openEndpointServer, type EndpointServer } from './endpoint-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
const hourMs = 3_600_000;
let bench: Workbench;
let server: EndpointServer;
let other: EndpointServer;
let endpoint: Endpoint;
let secret: string;
beforeEach(async () => {
  bench = await openWorkbench(client);
  server = await openEndpointServer();
  other = await openEndpointServer();
  secret = generateWebhookSecret();
  endpoint = await subscribe(server.url, secret);
  await subscribe(other.url);
  server.answer = () => 500;
});

const subscribe = (url: string, signWith = generateWebhookSecret(), asked = {}) =>
  createEndpoint(bench.store, merchantId, { url, eventTypes: [], description: null, ...asked }, signWith);
async function runQuiet(): Promise<void> {
  while ((await bench.runDue()).length > 0);
}
/** Something that every endpoint hears of. */
async function announce(): Promise<void> {
  const data = { connectionId: newId('connection', bench.clock), connector: 'nash' };
  const subscribers = await listSubscribers(bench.store, merchantId);
  const { store } = bench;
  await commit(store, announceWrites(store, merchantId, { type: 'connection.recovered', data }, subscribers, deliveryWork)); // prettier-ignore
}
/** Announces something every few hours, and lets everything be tried. */
async function goOn(hours: number, every = 6): Promise<void> {
  for (let passed = 0; passed < hours; passed += every) {
    await announce();
    await runQuiet();
    await bench.pass(every * hourMs);
  }
  await announce();
  await runQuiet();
}
const now = async (of = endpoint) => present(await readEndpoint(bench.store, merchantId, of.id));
const health = async () => readEndpointHealth(bench.store, await now());
/** What the other endpoint was told of this one. */
const told = (about = 'endpoint.'): Record<string, unknown>[] =>
  other.attempts
    .map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
    .filter(({ type, data }) => type.startsWith(about) && data['endpointId'] === endpoint.id)
    .map(({ type, data: { endpointId: _, ...data } }) => ({ type, ...data }));
/** Work for the endpoint that it is all about. */
const isMine = ({ payload }: { payload: unknown }): boolean =>
  (payload as { endpointId: string }).endpointId === endpoint.id;
const issues = async () => (await listIssues(bench.store, merchantId, { offset: 0, limit: 10 })).issues;
const at = (ms: number): string => new Date(ms).toISOString();

describe('an endpoint that takes nothing', () => {
  it('is warned of three times, disabled, asked, and enabled when it answers; its merchant hears of each, once', async () => {
    const startMs = bench.clock.now();
    await goOn(114);
    expect((await now()).disabled).toBe(false);
    expect(told()).toMatchObject([
      { type: 'endpoint.warned', percent: 50, code: 'http_500', failingSince: at(startMs), disablesAt: at(startMs + 120 * hourMs) },
      { type: 'endpoint.warned', percent: 70 },
      { type: 'endpoint.warned', percent: 90 },
    ]); // prettier-ignore
    expect(await issues()).toMatchObject([
      { status: 'open', target: endpoint.id, code: 'endpoint.unhealthy', source: 'you', count: 3, lastDetail: { percent: 90 } },
    ]); // prettier-ignore
    await bench.pass(6 * hourMs);
    await goOn(0);
    expect(await now()).toMatchObject({ disabled: true, disabledReason: 'failing', disabledAt: at(bench.clock.now()) });
    expect(told().slice(3)).toEqual([{ type: 'endpoint.disabled', reason: 'failing' }]);

    const asked = server.attempts.length;
    await bench.pass(15 * 60_000);
    await runQuiet();
    expect(server.attempts.slice(asked).map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['endpoint.test']); // prettier-ignore
    expect(await health()).toMatchObject({ probe: { count: 1, code: 'http_500', nextAt: at(bench.clock.now() + 30 * 60_000) } }); // prettier-ignore
    server.answer = () => 204;
    await bench.pass(30 * 60_000 - 1);
    await runQuiet();
    expect(server.attempts).toHaveLength(asked + 1);
    await bench.pass(1);
    await runQuiet();
    const probe = present(server.attempts.at(-1));
    const headers = Object.fromEntries(Object.entries(probe.headers).map(([name, value]) => [name, String(value)]));
    // Whoever verifies looks at today's clock, and ours has gone on.
    vi.setSystemTime(bench.clock.now());
    expect(new Webhook(secret).verify(probe.body, headers)).toMatchObject({ type: 'endpoint.test' });
    vi.useRealTimers();
    expect(await now()).toMatchObject({ disabled: false, disabledReason: null, warned: null, era: 2 });
    expect(await health()).toBeNull();
    expect(told().slice(4)).toEqual([{ type: 'endpoint.enabled', by: 'probe' }]);
    expect(await issues()).toMatchObject([{ status: 'resolved', count: 4 }]);
    await announce();
    await bench.pass(240 * hourMs);
    await runQuiet();
    expect(told()).toHaveLength(5);
  });

  it('takes events again before it is disabled: that is told, and the count begins anew', async () => {
    await goOn(66);
    expect((await now()).warned?.percent).toBe(50);
    server.answer = () => 200;
    await announce();
    await runQuiet();
    expect(await now()).toMatchObject({ warned: null, era: 1 });
    expect(await health()).toBeNull();
    expect(told().map(({ type }) => type)).toEqual(['endpoint.warned', 'endpoint.recovered']);
    expect(await issues()).toMatchObject([{ status: 'resolved' }]);
    server.answer = () => 500;
    await bench.pass(96 * hourMs);
    await goOn(0);
    expect(await now()).toMatchObject({ disabled: false, warned: null });
  });

  it('is warned of again, from the first step on, when its failures have been forgotten and it fails anew', async () => {
    await goOn(66);
    await bench.pass(1);
    // Redis forgets by its own clock what the bench lets go by on ours.
    await client.del(bench.store.keys.endpointHealth(endpoint.id, 1));
    await bench.pass(240 * hourMs);
    await goOn(66);
    expect(told().map(({ percent }) => percent)).toEqual([50, 50]);
  });

  it('is warned of and left enabled, if its merchant wants it so', async () => {
    await updateEndpoint(bench.store, endpoint, { autoDisable: false });
    await goOn(180, 12);
    expect(await now()).toMatchObject({ disabled: false, warned: { percent: 90 } });
    expect(told().map(({ percent, disablesAt }) => [percent, disablesAt])).toEqual([50, 70, 90].map((percent) => [percent, null])); // prettier-ignore
  });

  it('is counted right, and told of once, by workers that fail at the same time', async () => {
    await goOn(48);
    await bench.pass(12 * hourMs);
    for (let count = 0; count < 8; count += 1) await announce();
    const before = present(await health()).failures;
    const entries = await bench.take();
    const mine = entries.filter(isMine);
    await Promise.all(entries.map((entry) => bench.run(entry)));
    expect(mine.length).toBeGreaterThan(8);
    expect(present(await health()).failures).toBe(before + mine.length);
    await runQuiet();
    expect(told()).toMatchObject([{ type: 'endpoint.warned', percent: 50 }]);
    expect(await issues()).toMatchObject([{ count: 1 }]);
  });

  it('is told of once and counted once, though the process ended before the attempt was over', async () => {
    await goOn(54);
    await bench.pass(6 * hourMs);
    await announce();
    const before = present(await health()).failures;
    const entries = await bench.take();
    const killed = () => Promise.reject(new Failure('aborted', 'test.killed', 'kill -9'));
    const first = entries.find(isMine);
    await expect(bench.run(present(first), (context) => ({ ...context, finish: killed }))).rejects.toThrow('kill -9');
    expect(present(await health()).failures).toBe(before);
    for (const entry of entries) await bench.run(entry);
    await runQuiet();
    expect(told()).toMatchObject([{ type: 'endpoint.warned', percent: 50 }]);
  });
});

describe('a success of an endpoint that is well', () => {
  it('costs no word with Redis beside its own commit', async () => {
    const { store } = bench;
    const success = { failure: null, code: 'delivered', before: null, givenUp: null };
    const commands = vi.spyOn(client, 'sendCommand');
    const writes = await noteAttempt(makeJobContext(store, {}), endpoint, success);
    expect(commands).not.toHaveBeenCalled();
    commands.mockRestore();
    expect(writes).toEqual([['DEL', store.keys.endpointHealth(endpoint.id, 1)]]);
  });
});

describe('another URL', () => {
  it('is judged anew, whatever comes of what was on its way to the one before', async () => {
    await goOn(66);
    server.answer = async () => {
      await updateEndpoint(bench.store, await now(), { url: `${other.url}/elsewhere` });
      return 500;
    };
    await announce();
    const entry = (await bench.take()).find(isMine);
    await bench.run(present(entry));
    expect(await now()).toMatchObject({ era: 2, warned: null, disabled: false });
    expect(await health()).toBeNull();
    expect(await issues()).toMatchObject([{ status: 'resolved' }]);
  });
});

describe('what an endpoint has missed', () => {
  it('is what was on its way when it was disabled, what was announced since, and what was given up, from the first to the last', async () => {
    const firstMs = bench.clock.now();
    await announce();
    await runQuiet();
    await bench.pass(1_000);
    await disableByMerchant(bench.store, endpoint, undefined);
    await bench.pass(hourMs);
    await announce();
    const lastMs = bench.clock.now();
    await runQuiet();
    expect(await readMissedCount(bench.store, endpoint.id)).toEqual({
      from: at(firstMs),
      until: at(lastMs),
      events: 2,
    });
    await enable(bench.store, endpoint, { merchant: true });
    await bench.pass(hourMs);
    server.answer = () => 200;
    await announce();
    await runQuiet();
    expect(await readMissedCount(bench.store, endpoint.id)).toMatchObject({ events: 2 });
    await commit(bench.store, { writes: broughtWrites(bench.store, endpoint.id) });
    expect(await readMissedCount(bench.store, endpoint.id)).toBeNull();
    const { items } = await listDeliveries(bench.store, merchantId, { limit: 100 });
    expect(items.filter(({ endpointId }) => endpointId === endpoint.id).map(({ status }) => status)).toEqual(['delivered', 'dropped']); // prettier-ignore
  });

  it('is counted once for an event whose last attempt failed, and goes with the endpoint', async () => {
    await announce();
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await runQuiet();
      await bench.pass(24 * hourMs);
    }
    expect(await readMissedCount(bench.store, endpoint.id)).toMatchObject({ events: 1 });
    await deleteEndpoint(bench.store, await now());
    expect(await readMissedCount(bench.store, endpoint.id)).toBeNull();
    expect((await client.keys('*endpoint-health*')).filter((key) => key.includes(endpoint.id))).toEqual([]);
  });

  it('is nothing that its types leave out, and no test', async () => {
    const narrow = await subscribe(server.url, generateWebhookSecret(), { eventTypes: ['order.imported'] });
    await disableByMerchant(bench.store, narrow, undefined);
    await announce();
    expect(await readMissedCount(bench.store, narrow.id)).toBeNull();
  });
});

describe('an endpoint that is disabled because it took nothing', () => {
  beforeEach(async () => {
    await goOn(120);
    expect(await now()).toMatchObject({ disabledReason: 'failing' });
  });
  const probes = () =>
    server.attempts.filter(({ body }) => (JSON.parse(body) as { type: string }).type === 'endpoint.test').length;

  it('is asked no more when its merchant disables it, which tells nobody again', async () => {
    const before = told().length;
    server.answer = () => 200;
    expect(await disableByMerchant(bench.store, await now(), 'on holiday')).toMatchObject({
      disabledReason: 'merchant',
      disabledNote: 'on holiday',
    });
    await bench.pass(24 * hourMs);
    await runQuiet();
    expect(probes()).toBe(0);
    expect((await now()).disabled).toBe(true);
    expect(told()).toHaveLength(before);
  });

  it('is asked no more by a probe that its merchant was faster than', async () => {
    await enable(bench.store, await now(), { merchant: true });
    await bench.pass(24 * hourMs);
    const probe = (await bench.take()).find(({ job }) => job === 'endpoint-probe');
    await bench.run(present(probe));
    expect(probes()).toBe(0);
  });

  /** As `POST /v1/issues/{id}/retry` does. */
  const retry = async (): Promise<number> => {
    const { id } = present((await issues())[0]);
    return reviveEntries(bench.store, await listIssueEntries(bench.store, id), id);
  };

  it('is asked at once as often as somebody retries its issue, and has its turns when it would have had them', async () => {
    expect(await issues()).toMatchObject([{ status: 'open', waiting: 1 }]);
    const turnMs = bench.clock.now() + 15 * 60_000;
    for (const asked of [1, 2, 3]) {
      expect(await retry()).toBe(1);
      await runQuiet();
      expect(probes()).toBe(asked);
      expect((await health())?.probe).toMatchObject({ count: 0, nextAt: at(turnMs) });
    }
    await bench.pass(15 * 60_000);
    await runQuiet();
    expect(probes()).toBe(4);
    expect((await health())?.probe).toMatchObject({ count: 1, nextAt: at(bench.clock.now() + 30 * 60_000) });
    expect(await issues()).toMatchObject([{ status: 'open', waiting: 1 }]);
    server.answer = () => 200;
    expect(await retry()).toBe(1);
    await runQuiet();
    expect(await now()).toMatchObject({ disabled: false });
    expect(await issues()).toMatchObject([{ status: 'resolved', waiting: 0 }]);
    expect(await retry()).toBe(0);
  });

  it('waits as long as it asks, and is asked no more after 410', async () => {
    server.answer = () => ({ status: 503, headers: { 'retry-after': '7200' } });
    await bench.pass(15 * 60_000);
    await runQuiet();
    expect((await health())?.probe?.nextAt).toBe(at(bench.clock.now() + 2 * hourMs));
    server.answer = () => 410;
    await bench.pass(2 * hourMs);
    await runQuiet();
    expect((await health())?.probe).toMatchObject({ count: 2, code: 'http_410', nextAt: null });
    expect(await issues()).toMatchObject([{ status: 'open', waiting: 0 }]);
    await bench.pass(24 * hourMs);
    await runQuiet();
    expect(probes()).toBe(2);
  });
});
