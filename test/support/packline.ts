import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeBase, composeWorkerDeps, type Base } from '../../src/compose.ts';
import { composeSite } from '../../src/compose-console.ts';
import { startWorkers } from '../../src/compose-workers.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { listen } from '../../src/ingress/listen.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { connectMerchant, type ConnectedMerchant } from './connected-merchant.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';
import { makeTestSettings } from './test-settings.ts';

/** The whole of Packline in this process, a sandbox, a merchant connected to it, and that merchant's own system. */
export interface TestPackline extends ConnectedMerchant {
  baseUrl: string;
  adminKey: string;
  sandbox: Sandbox;
  sandboxUrl: string;
  subscriber: Subscriber;
  /** Of the workers. */
  base: Base;
  close(): Promise<void>;
}

export interface TestPacklineOptions {
  redisUrl: string;
  sandbox?: SandboxOptions;
  /** Requests per second that the sandbox's organisation allows, and that the connection is told of. */
  ratePerSecond?: number;
  logTo?: { write(line: string): void };
  /** What the workers have in place of some of theirs: partners that no sandbox has. */
  workerDeps?: (deps: WorkerDeps) => WorkerDeps;
  /** Servers of the test's own that Packline may call. */
  reach?: readonly string[];
}

export async function startPackline(options: TestPacklineOptions): Promise<TestPackline> {
  const home = await mkdtemp(join(tmpdir(), 'packline-test-'));
  const port = await freePort('127.0.0.1');
  const sandbox = createSandbox({ speed: 0, picker: { outcome: 'seeded' }, ...options.sandbox });
  const running = await sandbox.listen(0);
  const subscriber = await createSubscriber();
  const adminKey = `pl_${randomBytes(32).toString('base64url')}`;
  const config = loadConfig(
    makeTestSettings({
      redisUrl: options.redisUrl,
      home,
      port,
      adminKey,
      reach: [running.url, subscriber.url, ...(options.reach ?? [])],
      sandboxPort: Number(new URL(running.url).port),
    }),
  );
  const log = createLog({
    level: options.logTo === undefined ? 'silent' : 'debug',
    name: 'test',
    ...(options.logTo === undefined ? {} : { destination: options.logTo }),
  });
  const apiBase = await composeBase(config, { name: 'api', profile: 'producer', log });
  const workerBase = await composeBase(config, { name: 'worker', profile: 'worker', log });
  const site = composeSite(apiBase, { draining: () => false, shedding: () => false });
  const server = await listen(site, { port, host: '127.0.0.1', bodyBytesMax: config.bodyBytesMax });
  const deps = composeWorkerDeps(workerBase);
  const workers = await startWorkers(workerBase, options.workerDeps?.(deps) ?? deps);
  const baseUrl = `http://127.0.0.1:${port}`;
  const { ratePerSecond } = options;
  const merchant = await connectMerchant(
    { baseUrl, adminKey, sandboxUrl: running.url, subscriber },
    ratePerSecond === undefined ? {} : { ratePerSecond },
  );

  return {
    ...merchant,
    baseUrl,
    adminKey,
    sandbox,
    sandboxUrl: running.url,
    subscriber,
    base: workerBase,
    close: async () => {
      await server.close(1_000);
      await workers.stop(2_000);
      await running.close();
      await subscriber.close();
      for (const base of [apiBase, workerBase]) {
        await base.close(1_000);
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}
