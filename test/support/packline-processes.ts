import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBoundProcess, type BoundProcess } from '../../src/platform/bound-process.ts';
import { startEmbeddedRedis, type EmbeddedRedis } from '../../src/platform/embedded-redis.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { connectMerchant, type ConnectedMerchant } from './connected-merchant.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';
import { makeTestSettings } from './test-settings.ts';

/** Packline as real processes on a Redis of its own, to be killed; sandbox and subscriber in this process, to be asked. */
export interface PacklineProcesses extends ConnectedMerchant {
  baseUrl: string;
  adminKey: string;
  sandboxUrl: string;
  sandbox: Sandbox;
  subscriber: Subscriber;
  redis: EmbeddedRedis;
  redisHome: string;
  /** The first one; `startApi` starts another when this one has been killed. */
  api: BoundProcess;
  startApi(): Promise<BoundProcess>;
  startWorker(): Promise<BoundProcess>;
  close(): Promise<void>;
}

const root = new URL('../../', import.meta.url).pathname;

export async function startProcesses(
  options: { sandbox?: SandboxOptions; settings?: Record<string, string> } = {},
): Promise<PacklineProcesses> {
  const home = await mkdtemp(join(tmpdir(), 'packline-processes-'));
  const redisHome = join(home, 'redis-home');
  const log = createLog({ level: 'silent', name: 'test' });
  const redis = await startEmbeddedRedis({ home: redisHome, port: await freePort('127.0.0.1'), log });
  const sandbox = createSandbox({ speed: 0, picker: { outcome: 'seeded' }, ...options.sandbox });
  const running = await sandbox.listen(0);
  const subscriber = await createSubscriber();
  const port = await freePort('127.0.0.1');
  const baseUrl = `http://127.0.0.1:${port}`;
  const adminKey = `pl_${randomBytes(32).toString('base64url')}`;
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    ...makeTestSettings({ redisUrl: redis.url, home, port, adminKey, reach: [running.url, subscriber.url] }),
    PACKLINE_LOG_LEVEL: 'warn',
    ...options.settings,
  };
  const started = new Set<BoundProcess>();
  const start = async (path: string, stdio: 'ignore' | 'ipc'): Promise<BoundProcess> => {
    const bound = await startBoundProcess(process.execPath, [path], {
      env,
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
    });
    started.add(bound);
    void bound.ended.then(() => started.delete(bound));
    return bound;
  };
  const startApi = async (): Promise<BoundProcess> => {
    const api = await start('src/main.ts', 'ignore');
    while (
      !(await fetch(`${baseUrl}/readyz`).then(
        (reply) => reply.ok,
        () => false,
      ))
    ) {
      if (api.hasEnded()) throw new Error('the api ended before it was ready');
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    return api;
  };
  const startWorker = async (): Promise<BoundProcess> => {
    const worker = await start('workers/main.ts', 'ipc');
    await Promise.race([once(worker.child, 'message'), worker.ended]);
    return worker;
  };

  const api = await startApi();
  const merchant = await connectMerchant({ baseUrl, adminKey, sandboxUrl: running.url, subscriber });
  return {
    ...merchant,
    baseUrl,
    adminKey,
    sandboxUrl: running.url,
    sandbox,
    subscriber,
    redis,
    redisHome,
    api,
    startApi,
    startWorker,
    close: async () => {
      await Promise.all([...started].map((bound) => bound.stop(3_000)));
      await running.close();
      await subscriber.close();
      await redis.stop(1_000);
      await rm(home, { recursive: true, force: true });
    },
  };
}
