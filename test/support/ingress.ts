import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { composeBase } from '../../src/compose.ts';
import { composeIngressDeps } from '../../src/compose-ingress.ts';
import { createApp } from '../../src/ingress/app.ts';
import type { IngressDeps, IngressSettings } from '../../src/ingress/deps.ts';
import { listen } from '../../src/ingress/listen.ts';
import { loadConfig } from '../../src/platform/config.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { captureLog, type CapturedLog } from './captured-log.ts';
import { makeCheckedRequest, sendRequest, type CheckedRequest } from './checked-request.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { temporaryFolder } from './own-redis.ts';

export const adminKey = 'admin-canary-key-0123456789abcdef0123456789';

export interface TestIngress {
  url: string;
  app: ReturnType<typeof createApp>;
  deps: IngressDeps;
  store: StoreDeps;
  clock: FakeClock;
  log: CapturedLog;
  /** Every answer is checked against the API's document. */
  request: CheckedRequest;
  document: Record<string, unknown>;
  /** Makes a merchant and a key of it. */
  tenant(scopes?: readonly string[]): Promise<{ merchantId: string; key: string }>;
  state: { draining: boolean; shedding: boolean };
}

const IdSchema = z.looseObject({ id: z.string() });
const KeySchema = z.looseObject({ key: z.string() });

/**
 * The API as it is composed in production, on a loopback port, with the file's own Redis database and a clock that the
 * test owns. Call it at the top of a test file with `await`; it ends with the file.
 */
export async function startIngress(
  redisUrl: string,
  options: { settings?: Partial<IngressSettings>; env?: Record<string, string> } = {},
): Promise<TestIngress> {
  const home = await temporaryFolder();
  const log = captureLog('debug');
  const clock = createFakeClock();
  const config = loadConfig({
    REDIS_URL: redisUrl,
    PACKLINE_HOME: home,
    PACKLINE_SANDBOX: 'true',
    PACKLINE_SECRET_KEY: randomBytes(32).toString('base64'),
    PACKLINE_ADMIN_KEY: adminKey,
    ...options.env,
  });
  const base = await composeBase(config, { name: 'api', profile: 'producer', clock, log: log.log });
  const state = { draining: false, shedding: false };
  const composed = composeIngressDeps(base, { draining: () => state.draining, shedding: () => state.shedding });
  const deps = { ...composed, settings: { ...composed.settings, ...options.settings } };
  const app = createApp(deps);
  const { bodyBytesMax } = deps.settings;
  const server = await listen(app, { port: 0, host: '127.0.0.1', bodyBytesMax });
  afterAll(async () => {
    await server.close(100);
    await base.close(500);
  });
  const url = `http://127.0.0.1:${server.port}`;
  const document = z.record(z.string(), z.unknown()).parse((await sendRequest(url, 'GET', '/openapi.json')).body);
  const request = makeCheckedRequest(url, document);
  return {
    url,
    app,
    deps,
    store: deps.shard(0),
    clock,
    log,
    request,
    document,
    state,
    async tenant(scopes = ['operate']) {
      const merchant = await request('POST', '/v1/merchants', { key: adminKey, json: { name: 'A merchant' } });
      const { id } = IdSchema.parse(merchant.body);
      const path = `/v1/merchants/${id}/api-keys`;
      const made = await request('POST', path, { key: adminKey, json: { name: 'A key', scopes } });
      return { merchantId: id, key: KeySchema.parse(made.body).key };
    },
  };
}
