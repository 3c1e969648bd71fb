import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { BoundProcess } from '../../src/platform/bound-process.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { createKeys } from '../../src/store/keys.ts';
import type { ApiAnswer } from '../support/connected-merchant.ts';
import { startProcesses, type PacklineProcesses } from '../support/packline-processes.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';
import { finishedAt } from './deliveries.ts';
import { findLeftOver } from './left-over.ts';
import { withRedis } from './world.ts';

/** A merchant with two systems: one hears of everything, the other one is in trouble. */
export interface EndpointWorld {
  packline: PacklineProcesses;
  random: Random;
  troubled: { id: string; subscriber: Subscriber };
  readonly kills: number;
  /** Posts orders until each is accepted, and delivers them. */
  place(count: number): Promise<void>;
  /** A call that is made again, with the same key, until somebody answers it. */
  insist(path: string, body: unknown): Promise<ApiAnswer>;
  /** SIGKILL to each worker, at once. */
  strikeWorkers(): void;
  /** The same; others begin in their places. */
  killWorkers(env?: Readonly<Record<string, string>>): Promise<void>;
  killApi(): Promise<void>;
  /** Writes down that the endpoint has taken nothing for five days and was warned: a few more failures disable it. */
  ageFailures(): Promise<void>;
  /** Waits until everything that is due is done. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const workerCount = 2;
const stepMs = 20;
/** Longer than a process takes to begin on a busy machine. */
const patienceMs = 120_000;
/** 409: it is still being done by the process that died over it. */
const tryAgain = new Set([409, 429, 502, 503]);
const hourMs = 3_600_000;
const failuresBefore = 8;

export async function startEndpointWorld(seed: number): Promise<EndpointWorld> {
  const packline = await startProcesses({
    sandbox: { seed, speed: 1, picker: { stepMs, outcome: 'seeded' } },
    settings: { PACKLINE_EGRESS_ALLOW: '127.0.0.0/8', PACKLINE_LOG_LEVEL: 'fatal' },
  });
  const { merchantId, redisUrl } = packline;
  const subscriber = await createSubscriber();
  const made = await packline.call('POST', '/v1/endpoints', { url: subscriber.url, eventTypes: [] });
  subscriber.useSecret(String(made.body['secret']));
  const id = String(made.body['id']);
  const workers: BoundProcess[] = await Promise.all(Array.from({ length: workerCount }, () => packline.startWorker()));
  let api: BoundProcess = packline.api;
  let kills = 0;
  let placed = 0;
  const expected = new Set<string>();

  const strikeWorkers = (): void => {
    for (const worker of workers) worker.child.kill('SIGKILL');
  };
  const insist: EndpointWorld['insist'] = async (path, body) => {
    const headers = { 'idempotency-key': randomUUID() };
    for (const endsMs = Date.now() + patienceMs; Date.now() < endsMs; await delay(50)) {
      const answer = await packline.call('POST', path, body, headers).catch(() => null);
      if (answer !== null && answer.status < 300) return answer;
      if (answer !== null && !tryAgain.has(answer.status)) throw new Error(`${path} was answered ${answer.status}`);
    }
    throw new Error(`${path} was never answered`);
  };

  return {
    packline,
    random: createRandom(seed),
    troubled: { id, subscriber },
    get kills() {
      return kills;
    },
    insist,
    async place(count) {
      const ids = Array.from({ length: count }, (_, n) => `order-${seed}-${placed + n}`);
      placed += count;
      await Promise.all(ids.map((externalId) => insist('/v1/orders', sampleOrder({ externalId }))));
      for (const externalId of ids) expected.add(externalId);
    },
    strikeWorkers,
    async killWorkers(env) {
      strikeWorkers();
      await Promise.all(
        workers.map(async (worker, index) => {
          await worker.ended;
          kills += 1;
          workers[index] = await packline.startWorker(env === undefined ? {} : { env });
        }),
      );
    },
    async killApi() {
      api.child.kill('SIGKILL');
      await api.ended;
      kills += 1;
      api = await packline.startApi();
    },
    ageFailures: () =>
      withRedis(redisUrl, async (redis) => {
        const keys = createKeys(0);
        const doc = JSON.parse((await redis.hget(keys.endpoints(merchantId), id)) ?? '') as { era: number };
        const ago = (hours: number): string => new Date(Date.now() - hours * hourMs).toISOString();
        const warned = { percent: 90, at: ago(13) };
        await redis.hset(keys.endpoints(merchantId), id, JSON.stringify({ ...doc, warned }));
        const failures = { since: ago(121), failures: String(failuresBefore), lastAt: ago(1), lastCode: 'http_500' };
        await redis.hset(keys.endpointHealth(id, doc.era), failures);
      }),
    async settle() {
      const isDelivered = (): boolean => {
        const finished = finishedAt(packline.subscriber.received);
        return [...expected].every((externalId) => finished.has(externalId));
      };
      for (let tries = 0; tries < 1_200 && !isDelivered(); tries += 1) await delay(100);
      const left = await findLeftOver(redisUrl, 1);
      if (!isDelivered() || left.length > 0) throw new Error(`did not settle: ${left.join(', ')}`);
    },
    close: async () => {
      await packline.close();
      await subscriber.close();
    },
  };
}
