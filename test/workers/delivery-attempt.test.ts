import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { retryLadderMs } from '../../src/delivery/schedule.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createKeyring } from '../../src/platform/secrets.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import type { JobContext } from '../../src/queues/run-worker.ts';
import { disableByMerchant } from '../../src/queues/turn-endpoint.ts';
import {
  deleteEndpoint,
  readEndpoint,
  rotateEndpointSecret,
  signingKeys,
  updateEndpoint,
  type Endpoint,
} from '../../src/store/endpoints.ts';
import { readAttempts } from '../../src/store/delivery-attempts.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openDeliveryBench, type DeliveryBench } from './delivery-bench.ts';
import { openEndpointServer, type EndpointServer } from './endpoint-server.ts';

const { client } = await testRedis();
let bench: DeliveryBench;
let server: EndpointServer;
let endpoint: Endpoint;
let secret: string;
beforeEach(async () => {
  bench = await openDeliveryBench(client);
  server = await openEndpointServer();
  secret = generateWebhookSecret();
  endpoint = await bench.subscribe(server.url, secret);
});

const sent = (): string[] => server.attempts.map(({ code }) => code);
const deliveries = (to: Endpoint = endpoint) => bench.deliveriesTo(to);
const statuses = async (to?: Endpoint): Promise<string[]> => (await deliveries(to)).map(({ status }) => status);

describe('the events of one order', () => {
  it('arrive in their order, though the first has to be sent again', async () => {
    const orderId = await bench.anOrder();
    await bench.announce(orderId, 'a', 'b', 'c');
    server.answer = () => (server.attempts.length === 1 ? 500 : 200);
    await bench.runQuiet();
    expect(sent()).toEqual(['a']);
    bench.clock.advance(retryLadderMs[0]);
    await bench.runQuiet();
    expect(sent()).toEqual(['a', 'a', 'b', 'c']);
    expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered']);
  });

  it('wait for their turn also when they come while the first is being tried again', async () => {
    const orderId = await bench.anOrder();
    server.answer = ({ code }) => (code === 'a' ? 500 : 200);
    await bench.announce(orderId, 'a');
    await bench.runQuiet();
    await bench.announce(orderId, 'b');
    await bench.runQuiet();
    expect(sent()).toEqual(['a']);
  });

  it("do not hold up another order's at the same endpoint", async () => {
    const [one, two] = [await bench.anOrder('one'), await bench.anOrder('two')];
    server.answer = ({ code }) => (code === 'a' ? 500 : 200);
    await bench.announce(one, 'a', 'never');
    await bench.announce(two, 'b', 'c');
    await bench.runQuiet();
    expect(sent().toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('do not wait at one endpoint for another', async () => {
    const other = await openEndpointServer();
    const elsewhere = await bench.subscribe(other.url);
    server.answer = () => 500;
    await bench.announce(await bench.anOrder(), 'a', 'b');
    await bench.runQuiet();
    expect(sent()).toEqual(['a']);
    expect(other.attempts.map(({ code }) => code)).toEqual(['a', 'b']);
    expect(await statuses(elsewhere)).toEqual(['delivered', 'delivered']);
  });

  it('go on when the document of the first is past its retention', async () => {
    await bench.announce(await bench.anOrder(), 'a', 'b');
    const [first] = await deliveries();
    await client.del(bench.store.keys.delivery(first?.id ?? ''));
    await bench.runQuiet();
    expect(sent()).toEqual(['b']);
  });

  it('go on when what the first announced is past its retention', async () => {
    await bench.announce(await bench.anOrder(), 'a', 'b');
    const [first] = await deliveries();
    await client.del(bench.store.keys.event(first?.eventId ?? ''));
    await bench.runQuiet();
    expect(sent()).toEqual(['b']);
  });
});

describe('an attempt', () => {
  it('bears the same id and the same bytes each time, and is signed anew', async () => {
    await bench.announce(await bench.anOrder(), 'a');
    server.answer = () => (server.attempts.length === 1 ? 500 : 200);
    await bench.runQuiet();
    bench.clock.advance(retryLadderMs[0]);
    await bench.runQuiet();
    const [first, second] = server.attempts;
    expect([second?.eventId, second?.body]).toEqual([first?.eventId, first?.body]);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    for (const { body, headers } of server.attempts) {
      const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      expect(new Webhook(secret).verify(body, plain)).toMatchObject({ type: 'order.problem', data: { code: 'a' } });
    }
  });

  it('is logged with its answer, and says when the next one is', async () => {
    await bench.announce(await bench.anOrder(), 'a');
    server.answer = () => 500;
    await bench.runQuiet();
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({
      status: 'pending',
      attempts: 1,
      nextAttemptAt: new Date(bench.clock.now() + retryLadderMs[0]).toISOString(),
    });
    expect(await readAttempts(bench.store, delivery?.id ?? '')).toMatchObject([
      { attempt: 1, outcome: 'http_500', failure: 'http_5xx', exchange: { responseStatus: 500, responseBody: '' } },
    ]);
  });

  it('waits as long as the subscriber asked, in full', async () => {
    await bench.announce(await bench.anOrder(), 'a');
    server.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    await bench.runQuiet();
    bench.clock.advance(3_600_000 - 1);
    expect(await bench.take()).toEqual([]);
    bench.clock.advance(1);
    expect(await bench.take()).toHaveLength(1);
  });

  it('is not made again for an event that has been delivered, though its work is handed over twice', async () => {
    await bench.announce(await bench.anOrder(), 'a');
    const entry = present((await bench.take())[0]);
    await bench.run(entry);
    await bench.run(entry);
    expect(sent()).toEqual(['a']);
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  it('whose process dies before its answer is stored is made again, and counted once', async () => {
    await bench.announce(await bench.anOrder(), 'a', 'b');
    server.answer = () => (server.attempts.length <= 2 ? 500 : 200);
    const entry = present((await bench.take())[0]);
    const died = bench.run(entry, (context) => ({ ...context, finish: () => Promise.reject(new Error('killed')) }));
    await expect(died).rejects.toThrow('killed');
    await bench.run(entry);
    expect(await deliveries()).toMatchObject([{ attempts: 1 }, { attempts: 0 }]);
    bench.clock.advance(retryLadderMs[0]);
    await bench.runQuiet();
    expect(sent()).toEqual(['a', 'a', 'a', 'b']);
    const [first] = await deliveries();
    const log = await readAttempts(bench.store, first?.id ?? '');
    expect(log.map(({ attempt, outcome }) => `${attempt} ${outcome}`)).toEqual(['1 http_500', '2 delivered']);
  });

  it('that our own end cut short is none: nothing is recorded, and the delivery waits as before', async () => {
    await bench.announce(await bench.anOrder(), 'a');
    const ending = new AbortController();
    server.answer = () => {
      ending.abort(new Failure('aborted', 'job.shutdown', 'the process is ending'));
      return new Promise<number>(() => undefined);
    };
    const entry = present((await bench.take())[0]);
    const run = bench.run(entry, (context) => ({ ...context, signal: ending.signal }));
    await expect(run).rejects.toMatchObject({ kind: 'aborted' });
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ status: 'pending', attempts: 0 });
    expect(await readAttempts(bench.store, delivery?.id ?? '')).toEqual([]);
  });
});

describe('an endpoint that answers 410', () => {
  it('is disabled, and what was on its way to it is dropped unsent, order by order', async () => {
    const other = await openEndpointServer();
    const elsewhere = await bench.subscribe(other.url);
    server.answer = () => 410;
    const [one, two] = [await bench.anOrder('one'), await bench.anOrder('two')];
    await bench.announce(one, 'a', 'b');
    await bench.runQuiet();
    expect(sent()).toEqual(['a']);
    expect(await statuses()).toEqual(['failed', 'dropped']);
    expect(await readEndpoint(bench.store, merchantId, endpoint.id)).toMatchObject({ disabled: true, disabledReason: 'gone' }); // prettier-ignore
    await bench.announce(two, 'c');
    await bench.runQuiet();
    expect(sent()).toEqual(['a']);
    expect((await deliveries(elsewhere)).map(({ type, status }) => `${type} ${status}`).toSorted()).toEqual([
      'endpoint.disabled delivered',
      'issue.opened delivered',
      ...Array<string>(3).fill('order.problem delivered'),
    ]);
  });

  it('keeps what the merchant changed about it while the answer was on its way', async () => {
    const fresh = generateWebhookSecret();
    const other = await openEndpointServer();
    server.answer = async () => {
      const moved = present(await updateEndpoint(bench.store, endpoint, { url: other.url }));
      await rotateEndpointSecret(bench.store, moved, fresh, 0);
      return 410;
    };
    await bench.announce(await bench.anOrder(), 'a');
    await bench.runQuiet();
    const after = present(await readEndpoint(bench.store, merchantId, endpoint.id));
    expect(after).toMatchObject({ url: other.url, disabled: false });
    expect(signingKeys(bench.store, after).map(({ secret: of }) => of)).toEqual([fresh]);
  });

  it('does not come back when it was deleted meanwhile', async () => {
    server.answer = async () => {
      await deleteEndpoint(bench.store, endpoint);
      return 410;
    };
    await bench.announce(await bench.anOrder(), 'a');
    await bench.runQuiet();
    expect(await readEndpoint(bench.store, merchantId, endpoint.id)).toBeNull();
  });
});

describe('an endpoint that is gone', () => {
  it.each([
    ['deleted', () => deleteEndpoint(bench.store, endpoint)],
    ['disabled', () => disableByMerchant(bench.store, endpoint, undefined)],
  ] as const)('because it was %s gets nothing more, and the log says why', async (_how, end) => {
    await bench.announce(await bench.anOrder(), 'a', 'b');
    await end();
    await bench.runQuiet();
    expect(sent()).toEqual([]);
    expect(await statuses()).toEqual(['dropped', 'dropped']);
    const [first] = await deliveries();
    expect(await readAttempts(bench.store, first?.id ?? '')).toMatchObject([
      { outcome: 'endpoint_gone', failure: 'dropped', exchange: null },
    ]);
  });
});

type Context = JobContext<WorkerDeps>;
describe('a fault of ours', () => {
  it.each([
    [
      'a key that cannot be opened',
      (context: Context): Context => {
        const other = createKeyring({ current: { id: 'other', key: Buffer.alloc(32, 9) } });
        return { ...context, store: { ...context.store, keyring: other } };
      },
      'secrets.cannot_open',
    ],
    [
      'settings that no longer allow the URL',
      (context: Context): Context => {
        const http = createHttp({ egress: createEgress({ allow: [] }), userAgent: 'Packline/test' });
        onTestFinished(() => http.close());
        return { ...context, deps: { ...context.deps, http } };
      },
      'egress.scheme',
    ],
  ])('%s: no attempt is used up, nothing is sent, and the order waits', async (_what, broken, code) => {
    await bench.announce(await bench.anOrder(), 'a', 'b');
    const entry = present((await bench.take())[0]);
    await expect(bench.run(entry, broken)).rejects.toMatchObject({ code });
    expect(sent()).toEqual([]);
    expect(await deliveries()).toMatchObject([
      { status: 'pending', attempts: 0, headSince: null },
      { status: 'pending', attempts: 0 },
    ]);
    const [first] = await deliveries();
    expect(await readAttempts(bench.store, first?.id ?? '')).toEqual([]);
    await bench.run(entry);
    await bench.runQuiet();
    expect(sent()).toEqual(['a', 'b']);
  });
});
