import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeBase, composeWorkerDeps, type Base } from '../../src/compose.ts';
import { composeIngressDeps } from '../../src/compose-ingress.ts';
import { startWorkers } from '../../src/compose-workers.ts';
import { createApp } from '../../src/ingress/app.ts';
import { listen } from '../../src/ingress/listen.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { createLog } from '../../src/platform/log.ts';
import { closeRedis } from '../../src/platform/redis.ts';
import { makeWebhookSecret } from '../../src/platform/signature.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

/** The whole of Packline in this process, a sandbox, a merchant connected to it, and that merchant's own system. */
export interface TestPackline {
  baseUrl: string;
  adminKey: string;
  merchantId: string;
  merchantKey: string;
  connectionId: string;
  webhookUrl: string;
  webhookSecret: string;
  sandbox: Sandbox;
  sandboxUrl: string;
  subscriber: Subscriber;
  base: Base;
  /** A call of the API with the merchant's key. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** A call of the sandbox's control API. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface TestPacklineOptions {
  redisUrl: string;
  sandbox?: SandboxOptions;
  /** Requests per second that the sandbox's organisation allows, and that the connection is told of. */
  ratePerSecond?: number;
  logTo?: { write(line: string): void };
}

export async function startPackline(options: TestPacklineOptions): Promise<TestPackline> {
  const home = await mkdtemp(join(tmpdir(), 'packline-test-'));
  const port = await freePort('127.0.0.1');
  const sandbox = createSandbox({ speed: 0, picker: { outcome: 'seeded' }, ...options.sandbox });
  const running = await sandbox.listen(0);
  const subscriber = await createSubscriber();
  const adminKey = `pl_${randomBytes(32).toString('base64url')}`;
  const allow = [running.url, subscriber.url].map((url) => new URL(url).host).join(',');
  const config = loadConfig({
    REDIS_URL: options.redisUrl,
    PACKLINE_HOME: home,
    PORT: String(port),
    PACKLINE_SANDBOX: 'true',
    PACKLINE_SECRET_KEY: randomBytes(32).toString('base64'),
    PACKLINE_ADMIN_KEY: adminKey,
    PACKLINE_EGRESS_ALLOW: allow,
    PACKLINE_RATE_PER_SECOND: '10000',
    PACKLINE_RATE_BURST: '10000',
  });
  const log = createLog({
    level: options.logTo === undefined ? 'silent' : 'debug',
    name: 'test',
    ...(options.logTo === undefined ? {} : { destination: options.logTo }),
  });
  const apiBase = await composeBase(config, { name: 'api', profile: 'producer', log });
  const workerBase = await composeBase(config, { name: 'worker', profile: 'worker', log });
  const app = createApp(composeIngressDeps(apiBase, { draining: () => false, shedding: () => false }));
  const server = await listen(app, { port, host: '127.0.0.1', bodyBytesMax: config.bodyBytesMax });
  const workers = await startWorkers(workerBase, composeWorkerDeps(workerBase));
  const baseUrl = `http://127.0.0.1:${port}`;

  const request = async (
    url: string,
    method: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<ApiAnswer> => {
    const response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  const must = (answer: ApiAnswer): ApiAnswer => {
    if (answer.status >= 300) throw new Error(`set-up was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const admin = async (path: string, body: unknown) =>
    request(`${baseUrl}${path}`, 'POST', { authorization: `Bearer ${adminKey}` }, body);
  const merchantId = String((await admin('/v1/merchants', { name: 'Test Market' })).body['id']);
  const key = await admin(`/v1/merchants/${merchantId}/api-keys`, { name: 'test', scopes: ['read', 'operate'] });
  const merchantKey = String(key.body['key']);
  const call: TestPackline['call'] = (method, path, body, headers = {}) =>
    request(`${baseUrl}${path}`, method, { authorization: `Bearer ${merchantKey}`, ...headers }, body);
  const control: TestPackline['control'] = async (method, path, body) =>
    must(await request(`${running.url}/_sandbox${path}`, method, {}, body)).body;

  const rate = options.ratePerSecond ?? 1_000;
  await control('POST', '/nash/organisations', {
    orgId: 'org_demo',
    apiKey: 'nash_demo_key',
    stores: ['store-1'],
    limits: { default: rate, catalog: 10 },
  });
  const webhookSecret = makeWebhookSecret(randomBytes(32));
  const connection = must(
    await call('POST', '/v1/connections', {
      connector: 'nash',
      name: 'Nash',
      settings: { baseUrl: `${running.url}/nash`, apiKey: 'nash_demo_key', webhookSecret, requestsPerSecond: rate },
      routing: [{ storeLocationIds: ['store-1'] }],
    }),
  );
  const webhookUrl = String(connection.body['webhookUrl']);
  await control('POST', '/nash/endpoints', { url: webhookUrl, secret: webhookSecret });
  const endpoint = must(await call('POST', '/v1/endpoints', { url: subscriber.url, eventTypes: [] }));
  subscriber.useSecret(String(endpoint.body['secret']));

  return {
    baseUrl,
    adminKey,
    merchantId,
    merchantKey,
    connectionId: String(connection.body['id']),
    webhookUrl,
    webhookSecret,
    sandbox,
    sandboxUrl: running.url,
    subscriber,
    base: workerBase,
    call,
    control,
    close: async () => {
      await server.close(1_000);
      await workers.stop(2_000);
      await running.close();
      await subscriber.close();
      for (const base of [apiBase, workerBase]) {
        await base.http.close();
        await closeRedis(base.redis, 1_000);
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}
