import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { requireSetting, toCallableUrl, type Config } from '../platform/config.ts';
import { assertPortFree, freePort } from '../platform/free-port.ts';
import type { Log } from '../platform/log.ts';
import { readOrCreatePrivateFile } from '../platform/private-file.ts';
import { assertDurable } from '../platform/redis-durability.ts';
import { closeRedis, createRedis, untilRedisReady } from '../platform/redis.ts';
import { loadOrCreateSecretKey, secretKeyPath } from '../platform/secret-key.ts';
import { programs as ourPrograms, type Programs } from './programs.ts';
import { makeProgramService, makeRedisService, type Readiness } from './services.ts';
import { onStopSignal } from './stop-signals.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { describeError } from './describe-error.ts';

export interface UpOptions {
  /** Partner simulators and demo data; without, this is an installation for real partners. */
  sandbox: boolean;
  acceptEmpty: boolean;
  acceptRestored: boolean;
  workers: number;
  /** Demo orders by themselves, in the sandbox only. */
  trickle: boolean;
}

/** What the demo works on. */
export interface DemoContext {
  baseUrl: string;
  adminKey: string;
  sandboxUrl: string;
  home: string;
  log: Log;
}

/** What happens between the starts of the processes; each may be absent. */
export interface UpHooks {
  /** Redis answers and is durable, nothing of ours uses it yet. */
  prepareRedis?(
    context: { redisUrl: string; config: Config; log: Log } & Pick<UpOptions, 'acceptEmpty' | 'acceptRestored'>,
  ): Promise<void>;
  /** Everything is up, in the sandbox; on every start, so it finds its own earlier work. */
  seedDemo?(context: DemoContext): Promise<void>;
  /** Runs from then on until `signal` aborts. */
  trickle?(context: DemoContext, signal: AbortSignal): Promise<void>;
}

export interface UpContext {
  config: Config;
  options: UpOptions;
  hooks: UpHooks;
  log: Log;
  /** Tests start stand-ins. */
  programs?: Programs;
}

/** Order of ending: nothing new comes in, then what runs is finished, then what it needed goes. */
const stages = { api: 0, worker: 1, sandbox: 2, redis: 3 } as const;

/** Of the whole grace period, what the API and then the workers may each take; the rest is for the sandbox and Redis. */
const childGraceShare = 0.4;

/**
 * Starts everything on this machine, keeps it up, and ends it on the first signal: in order, within the grace period,
 * with nothing left running. A second signal kills at once. Resolves to the exit code.
 */
export async function runUp(context: UpContext): Promise<number> {
  const { config, log } = context;
  const supervisor = createSupervisor(log);
  const stopping = new AbortController();
  let exitCode = 0;
  const release = onStopSignal((signal) => {
    if (stopping.signal.aborted) {
      exitCode = 1;
      supervisor.kill();
      return;
    }
    log.info({ signal }, 'up.stopping');
    stopping.abort();
  });
  const stopped = new Promise<void>((done) => {
    stopping.signal.addEventListener('abort', () => done(), { once: true });
  });
  try {
    await Promise.race([bringUp(context, supervisor, stopping.signal), stopped]);
    await stopped;
  } finally {
    stopping.abort();
    await supervisor.stop(config.graceMs);
    release();
  }
  return exitCode;
}

async function bringUp(context: UpContext, supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const { config, options, hooks, log, programs = ourPrograms } = context;
  const home = resolve(config.home);
  const { settings: keys, adminKey } = await provideKeys({ ...config, home, sandbox: options.sandbox });
  const port = await choosePort('PORT', config.host, config.port);
  const sandboxPort = options.sandbox ? await choosePort('PACKLINE_SANDBOX_PORT', '127.0.0.1', config.sandboxPort) : 0;

  const redisUrl = config.redisUrl ?? (await startRedis(supervisor, home, log));
  await checkRedis(redisUrl, config, options.sandbox, log);
  await hooks.prepareRedis?.({
    redisUrl,
    config: { ...config, home, sandbox: options.sandbox },
    acceptEmpty: options.acceptEmpty,
    acceptRestored: options.acceptRestored,
    log,
  });

  const settings = {
    ...keys,
    PORT: String(port),
    PACKLINE_HOME: home,
    REDIS_URL: redisUrl,
    PACKLINE_SANDBOX: String(options.sandbox),
    PACKLINE_SANDBOX_PORT: String(sandboxPort),
    PACKLINE_GRACE_MS: String(Math.floor(config.graceMs * childGraceShare)),
    PACKLINE_EGRESS_ALLOW: [...config.egressAllow, ...(options.sandbox ? [`127.0.0.1:${sandboxPort}`] : [])].join(','),
  };
  const localUrl = toCallableUrl(config.host, port);
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const makeService = (name: string, kind: keyof Programs, args: string[], readiness: Readiness, own = {}) =>
    makeProgramService({
      name,
      stage: stages[kind],
      path: programs[kind],
      args,
      settings: { ...settings, ...own },
      readiness,
      log,
    });
  /** On one host each process needs a port of its own: the API has the one that is set, workers those after it. */
  const metricsPortOf = (worker: number): Record<string, string> =>
    config.metricsPort === undefined || config.metricsPort === 0
      ? {}
      : { PACKLINE_METRICS_PORT: String(config.metricsPort + 1 + worker) };

  if (options.sandbox) {
    const args = ['--port', String(sandboxPort)];
    await supervisor.start(makeService('sandbox', 'sandbox', args, { url: sandboxUrl, accepts: 'any' }));
  }
  await supervisor.start(makeService('api', 'api', [], { url: `${localUrl}/readyz`, accepts: 'ok' }));
  const workerNames = Array.from({ length: options.workers }, (_, index) => `worker-${index + 1}`);
  await Promise.all(
    workerNames.map((name, at) => supervisor.start(makeService(name, 'worker', [], 'message', metricsPortOf(at)))),
  );

  const demo: DemoContext = { baseUrl: localUrl, adminKey, sandboxUrl, home, log };
  if (options.sandbox) await hooks.seedDemo?.(demo);
  log.info({ url: localUrl, ...(options.sandbox ? { sandboxUrl } : {}) }, 'up.ready');
  process.stdout.write(`\nPackline is up: API reference ${localUrl}/docs. Ctrl-C ends it.\n\n`);
  if (options.sandbox && options.trickle) {
    hooks.trickle?.(demo, signal).catch((thrown: unknown) => {
      if (!signal.aborted) log.error({ reason: describeError(thrown) }, 'trickle.ended');
    });
  }
}

interface Keys {
  /** Names for the children where the keys lie; keys that we were given they find as we did. */
  settings: Record<string, string>;
  adminKey: string;
}

const makeAdminKey = (): string => `pl_${randomBytes(32).toString('base64url')}`;

/** For real partners the master key must be set; for the sandbox it and an admin key are made once and kept at home. */
async function provideKeys(config: Config): Promise<Keys> {
  if (!config.sandbox) {
    requireSetting(config, 'secretKey');
    return { settings: {}, adminKey: config.adminKey ?? '' };
  }
  await loadOrCreateSecretKey(config);
  const adminKeyPath = join(config.home, 'admin.key');
  return {
    adminKey: config.adminKey ?? (await readOrCreatePrivateFile(adminKeyPath, makeAdminKey)),
    settings: {
      ...(config.secretKey === undefined ? { PACKLINE_SECRET_KEY_FILE: secretKeyPath(config.home) } : {}),
      ...(config.adminKey === undefined ? { PACKLINE_ADMIN_KEY_FILE: adminKeyPath } : {}),
    },
  };
}

async function choosePort(setting: string, host: string, port: number): Promise<number> {
  if (port === 0) return freePort(host);
  await assertPortFree(setting, host, port);
  return port;
}

async function startRedis(supervisor: Supervisor, home: string, log: Log): Promise<string> {
  let redisUrl = '';
  const onStarted = (url: string) => {
    redisUrl = url;
  };
  const port = await freePort('127.0.0.1');
  await supervisor.start(makeRedisService({ stage: stages.redis, home, port, log, onStarted }));
  return redisUrl;
}

/** Real work only goes to a Redis that keeps it; the sandbox says what it would lose. */
async function checkRedis(redisUrl: string, config: Config, isSandbox: boolean, log: Log): Promise<void> {
  const redis = createRedis(redisUrl, 'producer', log);
  try {
    await untilRedisReady(redis, 5_000);
    const allowLossy = config.allowLossyRedis || isSandbox;
    for (const finding of await assertDurable(redis, { trusted: config.redisTrusted, allowLossy })) {
      log.warn(finding, 'redis.notAsWanted');
    }
  } finally {
    await closeRedis(redis, 1_000);
  }
}
