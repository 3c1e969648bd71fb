import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BoundProcess } from '../../src/platform/bound-process.ts';
import { startProgram } from '../../src/platform/start-program.ts';
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
  /** Its own, unless `redisUrl` names another. */
  redis: EmbeddedRedis;
  redisHome: string;
  redisUrl: string;
  /** What all processes are told, for commands beside them. */
  settings: Readonly<Record<string, string>>;
  /** The first one; `startApi` starts another when this one has been killed, or beside it on another port. */
  api: BoundProcess;
  startApi(options?: ProcessOptions & { port?: number }): Promise<BoundProcess>;
  startWorker(options?: ProcessOptions): Promise<BoundProcess>;
  close(): Promise<void>;
}

interface ProcessOptions {
  args?: readonly string[];
  /** Beside the settings that all processes share. */
  env?: Readonly<Record<string, string>>;
}

const root = new URL('../../', import.meta.url).pathname;

export async function startProcesses(
  options: {
    sandbox?: SandboxOptions;
    settings?: Record<string, string>;
    port?: number;
    /** Where the world reaches the API, when that is not the API itself. */
    publicUrl?: string;
    /** A Redis that somebody else started and will end. */
    redisUrl?: string;
  } = {},
): Promise<PacklineProcesses> {
  const home = await mkdtemp(join(tmpdir(), 'packline-processes-'));
  const redisHome = join(home, 'redis-home');
  const log = createLog({ level: 'silent', name: 'test' });
  const ownRedis =
    options.redisUrl === undefined
      ? await startEmbeddedRedis({ home: redisHome, port: await freePort('127.0.0.1'), log })
      : null;
  const redisUrl = options.redisUrl ?? ownRedis?.url ?? '';
  const sandbox = createSandbox({ speed: 0, picker: { outcome: 'seeded' }, ...options.sandbox });
  const running = await sandbox.listen(0);
  const subscriber = await createSubscriber();
  const firstPort = options.port ?? (await freePort('127.0.0.1'));
  const baseUrl = options.publicUrl ?? `http://127.0.0.1:${firstPort}`;
  const adminKey = `pl_${randomBytes(32).toString('base64url')}`;
  const shared: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    // What they compile is kept between runs (vitest.config.ts); without, Node keeps nothing.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    ...makeTestSettings({ redisUrl, home, port: firstPort, adminKey, reach: [running.url, subscriber.url] }),
    PACKLINE_BASE_URL: baseUrl,
    PACKLINE_LOG_LEVEL: 'warn',
    ...options.settings,
  };
  const started = new Set<BoundProcess>();
  const start = async (
    path: string,
    stdio: 'ignore' | 'ipc',
    { args = [], env = {} }: ProcessOptions,
  ): Promise<BoundProcess> => {
    const bound = await startProgram(path, args, {
      env: { ...shared, ...env },
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
    });
    started.add(bound);
    void bound.ended.then(() => started.delete(bound));
    return bound;
  };
  const startApi: PacklineProcesses['startApi'] = async ({ port = firstPort, ...process } = {}) => {
    const api = await start('src/main.ts', 'ignore', { ...process, env: { ...process.env, PORT: String(port) } });
    while (!(await isReady(port))) {
      if (api.hasEnded()) {
        // It serves before we have asked, and may have been killed by then.
        if ((await api.ended).signal === 'SIGKILL') return api;
        throw new Error('the api ended before it was ready');
      }
      await delay(20);
    }
    return api;
  };
  const startWorker: PacklineProcesses['startWorker'] = async (process = {}) => {
    const worker = await start('workers/main.ts', 'ipc', process);
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
    get redis() {
      if (ownRedis === null) throw new Error('this Redis was started by somebody else');
      return ownRedis;
    },
    redisHome,
    redisUrl,
    settings: shared,
    api,
    startApi,
    startWorker,
    close: async () => {
      await Promise.all([...started].map((bound) => bound.stop(3_000)));
      await running.close();
      await subscriber.close();
      await ownRedis?.stop(1_000);
      await rm(home, { recursive: true, force: true });
    },
  };
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    (reply) => reply.ok,
    () => false,
  );
