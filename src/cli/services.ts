import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import type { BoundProcess } from '../platform/bound-process.ts';
import { startProgram } from '../platform/start-program.ts';
import { childEnvironment } from '../platform/config.ts';
import { startEmbeddedRedis } from '../platform/embedded-redis.ts';
import type { Log } from '../platform/log.ts';
import type { Service } from './supervisor.ts';

const pollMs = 50;
/** Slower than this, people want to know what it waits for. */
const patienceMs = 5_000;
/** For a program that is told to end while it still starts. */
const abortGraceMs = 2_000;

/**
 * How a program shows that it can be used: it answers at `url` (with anything, or only with a 2xx), or, having no port
 * of its own, it sends its parent the message `ready` (`process.send`).
 */
export type Readiness = { url: string; accepts: 'any' | 'ok' } | 'message';

export interface ProgramServiceOptions {
  name: string;
  stage: number;
  /** Entry file and its arguments. */
  path: string;
  args: readonly string[];
  /** Replaces these settings in our environment. */
  settings: Readonly<Record<string, string>>;
  readiness: Readiness;
  log: Log;
}

/** One of our programs as a process under this Node; its output is ours. */
export function makeProgramService({
  name,
  stage,
  path,
  args,
  settings,
  readiness,
  log,
}: ProgramServiceOptions): Service {
  return {
    name,
    stage,
    start: async (signal) => {
      const running = await startProgram(path, args, {
        env: childEnvironment(settings),
        stdio: ['ignore', 'inherit', 'inherit', ...(readiness === 'message' ? ['ipc' as const] : [])],
      });
      const probe = readiness === 'message' ? makeMessageProbe(running) : () => probeUrl(readiness);
      await untilReady(running, probe, name, signal, log);
      return running;
    },
  };
}

export interface RedisServiceOptions {
  stage: number;
  home: string;
  port: number;
  log: Log;
  /** Told the URL at each start; with the same home and port it is always the same. */
  onStarted: (url: string) => void;
}

/** The embedded Redis; after a crash it comes back on the same port with the same data. */
export function makeRedisService({ stage, home, port, log, onStarted }: RedisServiceOptions): Service {
  return {
    name: 'redis',
    stage,
    start: async (signal) => {
      const redis = await startEmbeddedRedis({ home, port, log, signal });
      onStarted(redis.url);
      return redis;
    },
  };
}

/** Whether it is ready, and what it said, for people. */
type Probe = () => Promise<{ ready: boolean; said: string }>;

async function untilReady(
  running: BoundProcess,
  probe: Probe,
  name: string,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const startedAt = performance.now();
  let isReported = false;
  while (!running.hasEnded()) {
    if (signal.aborted) {
      await running.stop(abortGraceMs);
      throw new Failure('aborted', 'service.stopped', `${name} was stopped`);
    }
    const { ready, said } = await probe();
    if (ready) return;
    if (!isReported && performance.now() - startedAt > patienceMs) {
      log.warn({ service: name, said }, 'service.notReadyYet');
      isReported = true;
    }
    await delay(pollMs);
  }
  const { code, signal: endedBy } = await running.ended;
  // Its own last line says why; one that a signal ended may do better next time.
  throw new Failure(
    code === null ? 'transient' : 'misconfigured',
    'service.not_started',
    `${name} did not start: it ended with ${code === null ? String(endedBy) : `exit code ${code}`}`,
  );
}

function makeMessageProbe({ child }: BoundProcess): Probe {
  let ready = false;
  child.on('message', (message) => {
    ready ||= message === 'ready';
  });
  return async () => ({ ready, said: 'nothing' });
}

async function probeUrl({ url, accepts }: Exclude<Readiness, 'message'>): Promise<{ ready: boolean; said: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000), headers: { connection: 'close' } });
    const said = `${url}: ${response.status} ${(await response.text()).slice(0, 500)}`;
    return { ready: accepts === 'any' || response.ok, said };
  } catch {
    return { ready: false, said: `${url}: no answer` };
  }
}
