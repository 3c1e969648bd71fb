import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { childEnvironment } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { describeProcess } from '../../src/platform/orphan.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const startRedis = redisStarter();
const program = fileURLToPath(new URL('../fixtures/programs/up.ts', import.meta.url));
const patience = { timeout: 10_000, interval: 25 };

const ReportSchema = z.object({
  name: z.string(),
  event: z.string(),
  pid: z.int(),
  args: z.array(z.string()),
  settings: z.record(z.string(), z.string()),
});

const launched: ChildProcess[] = [];
afterAll(() => launched.forEach((child) => child.kill('SIGKILL')));

/** One `packline up` on a home of its own, with what it and its stand-ins report. */
function launch(name: string, settings: Record<string, string> = {}, args: string[] = []) {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const child = spawn(process.execPath, [program, ...args], {
    env: childEnvironment({ PORT: '0', PACKLINE_SANDBOX_PORT: '0', PACKLINE_HOME: home, ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  launched.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  const ended = once(child, 'close').then(([code]: unknown[]) => code);
  const reports = () =>
    readFileSync(join(home, 'reports'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ReportSchema.parse(JSON.parse(line)));
  const reported = (who: string, event?: string) =>
    reports().filter((report) => report.name === who && (event === undefined || report.event === event));
  return {
    home,
    child,
    output,
    ended,
    reports,
    reported,
    untilReady: () => vi.waitFor(() => expect(output.stdout + output.stderr).toContain('Packline is up'), patience),
    redisUrl: () => z.string().parse(reported('up')[0]?.event),
    redisPid: () =>
      z.object({ pid: z.int() }).parse(JSON.parse(readFileSync(join(home, 'redis/process.json'), 'utf8'))).pid,
  };
}

type Launched = ReturnType<typeof launch>;

/** Every process that this `up` has started. */
const startedPids = (up: Launched): number[] => [
  ...up
    .reports()
    .filter(({ event }) => event === 'started')
    .map(({ pid }) => pid),
  up.redisPid(),
];

async function expectNothingLeft(up: Launched): Promise<void> {
  for (const pid of startedPids(up)) {
    await vi.waitFor(async () => expect(await describeProcess(pid)).toBeUndefined(), patience);
  }
}

async function withRedis<T>(url: string, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  try {
    return await act(redis);
  } finally {
    redis.disconnect();
  }
}

test('it brings up Redis, sandbox, API and workers, then the demo, each told where the others are', async () => {
  const up = launch('complete');
  await up.untilReady();
  const started = up.reports().map(({ name }) => name);
  expect(started.slice(0, 3)).toEqual(['up', 'sandbox', 'api']);
  expect(started.filter((name) => name === 'worker')).toHaveLength(2);

  const [api] = up.reported('api');
  const adminKey = readFileSync(join(up.home, 'admin.key'), 'utf8');
  expect(api?.settings).toMatchObject({
    REDIS_URL: up.redisUrl(),
    PACKLINE_SANDBOX: 'true',
    PACKLINE_HOME: up.home,
    PACKLINE_SECRET_KEY_FILE: join(up.home, 'secret.key'),
    PACKLINE_ADMIN_KEY_FILE: join(up.home, 'admin.key'),
    PACKLINE_EGRESS_ALLOW: `127.0.0.1:${up.reported('sandbox')[0]?.args[1]}`,
  });
  expect(up.reported('seed')[0]?.event).toBe(`200 404 ${adminKey}`);
  expect((await stat(join(up.home, 'admin.key'))).mode & 0o777).toBe(0o600);
  up.child.kill('SIGTERM');
  expect(await up.ended).toBe(0);
});

test('Ctrl-C ends API, workers, sandbox and Redis in this order, with exit code 0 and nothing left running', async () => {
  const up = launch('ended');
  await up.untilReady();
  up.child.kill('SIGINT');
  expect(await up.ended).toBe(0);
  const ends = up.reports().filter(({ event }) => event === 'ended');
  expect(ends.map(({ name }) => name)).toEqual(['trickle', 'api', 'worker', 'worker', 'sandbox']);
  await expectNothingLeft(up);
});

test('one Ctrl-C that arrives twice, from the terminal and from npm, is one', async () => {
  const up = launch('echoed');
  await up.untilReady();
  up.child.kill('SIGINT');
  up.child.kill('SIGTERM');
  expect(await up.ended).toBe(0);
  expect(up.reported('api', 'ended')).toHaveLength(1);
});

test('what does not end within the grace period is killed', async () => {
  const up = launch('stuck', { TEST_STUCK: 'worker', PACKLINE_GRACE_MS: '1500' });
  await up.untilReady();
  up.child.kill('SIGTERM');
  expect(await up.ended).toBe(0);
  expect(up.reported('worker', 'asked')).toHaveLength(2);
  await expectNothingLeft(up);
});

test('a second signal kills at once', async () => {
  const up = launch('impatient', { TEST_STUCK: 'api', PACKLINE_GRACE_MS: '60000' });
  await up.untilReady();
  up.child.kill('SIGINT');
  await vi.waitFor(() => expect(up.reported('api', 'asked')).toHaveLength(1), patience);
  // Sent until it counts: signals in the first half second are taken for echoes of the first.
  const insisting = setInterval(() => up.child.kill('SIGINT'), 100);
  expect(await up.ended).toBe(1);
  clearInterval(insisting);
  await expectNothingLeft(up);
});

test('nothing outlives it when it is killed itself', async () => {
  const up = launch('murdered');
  await up.untilReady();
  up.child.kill('SIGKILL');
  await up.ended;
  await expectNothingLeft(up);
});

test('a process that is killed is started again', async () => {
  const up = launch('api-killed');
  await up.untilReady();
  const [first] = up.reported('api', 'started');
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(up.reported('api', 'started')).toHaveLength(2), patience);
  up.child.kill('SIGTERM');
  expect(await up.ended).toBe(0);
  await expectNothingLeft(up);
});

test('a Redis that is killed comes back at the same address with everything it had acknowledged', async () => {
  const up = launch('redis-killed');
  await up.untilReady();
  const killed = up.redisPid();
  await withRedis(up.redisUrl(), async (redis) => {
    await redis.set('order', '1');
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(() => expect(up.redisPid()).not.toBe(killed), patience);
    await vi.waitFor(async () => expect(await redis.get('order')).toBe('1'), patience);
  });
  up.child.kill('SIGTERM');
  expect(await up.ended).toBe(0);
});

test('started again, it goes on with the same data and keys', async () => {
  const first = launch('resumed');
  await first.untilReady();
  const key = readFileSync(join(first.home, 'secret.key'), 'utf8');
  await withRedis(first.redisUrl(), (redis) => redis.set('order', '1'));
  first.child.kill('SIGTERM');
  await first.ended;

  const second = launch('resumed');
  await second.untilReady();
  const redisUrl = z.string().parse(second.reported('up').at(-1)?.event);
  expect(await withRedis(redisUrl, (redis) => redis.get('order'))).toBe('1');
  expect(readFileSync(join(second.home, 'secret.key'), 'utf8')).toBe(key);
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('a port in use is said in one line, before anything is started', async () => {
  const port = await freePort('127.0.0.1');
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const up = launch('port-in-use', { PORT: String(port) });
  expect(await up.ended).toBe(1);
  other.close();
  expect(up.output.stderr).toBe(
    `packline: port ${port} of 127.0.0.1 is in use: end what uses it, or set PORT to another\n`,
  );
  expect(up.reports).toThrow(/ENOENT/);
});

test.each(['api', 'worker'])(
  'an %s that cannot start ends the whole start, and what had been started',
  async (name) => {
    const up = launch(`failing-${name}`, { TEST_FAILS: name });
    expect(await up.ended).toBe(1);
    expect(up.output.stderr).toMatch(new RegExp(`^packline: ${name}.* did not start: it ended with exit code 1$`, 'm'));
    await expectNothingLeft(up);
  },
);

test('for real partners the master key must be set', async () => {
  const up = launch('keyless', {}, ['--no-sandbox']);
  expect(await up.ended).toBe(1);
  expect(up.output.stderr).toContain('PACKLINE_SECRET_KEY is not set');
});

test('for real partners a Redis that may lose work is refused; the sandbox only warns', async () => {
  const lossy = await startRedis({ home: join(folder, 'lossy'), directives: { appendonly: 'no' } });
  const settings = { REDIS_URL: lossy.url, PACKLINE_SECRET_KEY: Buffer.alloc(32).toString('base64') };
  const real = launch('real', settings, ['--no-sandbox']);
  expect(await real.ended).toBe(1);
  expect(real.output.stderr).toMatch(/may lose accepted work:\n.*nothing on disk.*CONFIG SET appendonly yes/);

  const sandbox = launch('sandbox', settings);
  await sandbox.untilReady();
  expect(sandbox.output.stdout).toContain('redis.not_persistent');
  sandbox.child.kill('SIGTERM');
  expect(await sandbox.ended).toBe(0);
  expect(await withRedis(lossy.url, (redis) => redis.ping()), 'a Redis that is not ours is left alone').toBe('PONG');
});
