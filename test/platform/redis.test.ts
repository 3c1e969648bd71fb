import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { startBoundProcess } from '../../src/platform/bound-process.ts';
import { cacheHome } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { findRedisBinary } from '../../src/platform/redis-binary.ts';
import { inspectDurability } from '../../src/platform/redis-durability.ts';
import {
  closeRedis,
  createRedis,
  untilRedisReady,
  type RedisClient,
  type RedisProfile,
} from '../../src/platform/redis.ts';
import { captureLog, type CapturedLog } from '../support/captured-log.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const startRedis = redisStarter();

const opened: RedisClient[] = [];
afterAll(() => Promise.all(opened.map((client) => closeRedis(client, 100))));

async function open(url: string, profile: RedisProfile, { log }: CapturedLog = captureLog()): Promise<RedisClient> {
  const client = createRedis(url, profile, log);
  opened.push(client);
  await untilRedisReady(client, 5_000);
  return client;
}

const answers = (client: RedisClient) => vi.waitFor(() => client.get('x'), { timeout: 5_000, interval: 50 });

async function timed(act: () => Promise<unknown>): Promise<{ failed: boolean; tookMs: number }> {
  const startedAt = performance.now();
  const failed = await act().then(
    () => false,
    () => true,
  );
  return { failed, tookMs: performance.now() - startedAt };
}

describe('a producer', () => {
  test('fails at once while Redis is away, and works again within seconds of its return', async () => {
    const home = join(folder, 'producer');
    const redis = await startRedis({ home });
    const client = await open(redis.url, 'producer');
    await client.set('x', '1');
    await redis.stop(0);

    const away = await timed(() => client.set('x', '2'));
    expect(away.failed).toBe(true);
    expect(away.tookMs).toBeLessThan(1_500);

    await startRedis({ home, port: redis.port });
    expect(await answers(client)).toBe('1');
  });

  test('fails after its deadline when Redis hangs', async () => {
    const redis = await startRedis({ home: join(folder, 'hanging') });
    const client = await open(redis.url, 'producer');
    process.kill(redis.pid, 'SIGSTOP');
    try {
      const hung = await timed(() => client.get('x'));
      expect(hung.failed).toBe(true);
      expect(hung.tookMs).toBeGreaterThan(900);
      expect(hung.tookMs).toBeLessThan(2_000);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    expect(await answers(client)).toBeNull();
  });

  test('that finds no Redis says so after the deadline it was given', async () => {
    const { log } = captureLog();
    const client = createRedis(`redis://127.0.0.1:${await freePort('127.0.0.1')}`, 'producer', log);
    opened.push(client);
    await expect(untilRedisReady(client, 200)).rejects.toMatchObject({ kind: 'transient', code: 'redis.unreachable' });
  });
});

describe('a worker', () => {
  test('waits for Redis as long as it is away, and then goes on with what it had asked for', async () => {
    const home = join(folder, 'worker');
    const redis = await startRedis({ home });
    const client = await open(redis.url, 'worker');
    await redis.stop(0);
    const writing = client.set('x', 'kept');
    await startRedis({ home, port: redis.port });
    expect(await writing).toBe('OK');
  });

  test('can be closed within a deadline although Redis is away', async () => {
    const redis = await startRedis({ home: join(folder, 'closing') });
    const client = await open(redis.url, 'worker');
    await redis.stop(0);
    await vi.waitFor(() => expect(client.status).toBe('reconnecting'));
    expect((await timed(() => closeRedis(client, 200))).tookMs).toBeLessThan(1_000);
  });
});

test('closing lets what was sent finish', async () => {
  const redis = await startRedis({ home: join(folder, 'finishing') });
  const client = await open(redis.url, 'producer');
  const writes = Array.from({ length: 500 }, (_, index) => client.rpush('list', index));
  await closeRedis(client, 5_000);
  expect(await Promise.all(writes)).toHaveLength(500);
  await vi.waitFor(() => expect(client.status).toBe('end'));
});

test('an outage is logged once when it begins and once when it ends', async () => {
  const home = join(folder, 'logged');
  const captured = captureLog();
  const redis = await startRedis({ home });
  const client = await open(redis.url, 'producer', captured);
  await redis.stop(0);
  const retries = vi.fn<() => void>();
  client.on('reconnecting', retries);
  await vi.waitFor(() => expect(retries.mock.calls.length).toBeGreaterThan(2), { timeout: 5_000 });
  await startRedis({ home, port: redis.port });
  await answers(client);
  expect(captured.messages()).toEqual(['redis.connected', 'redis.lost', 'redis.connected']);
});

test('a URL that cannot be read is refused without repeating its password', () => {
  const { log } = captureLog();
  expect(() => createRedis('redis+sentinel://:secret@host', 'producer', log)).toThrow(
    expect.objectContaining({ code: 'redis.url_invalid', message: expect.not.stringContaining('secret') }),
  );
});

describe('other forms of Redis are only another URL', () => {
  test('Sentinel leads to the master it names', async () => {
    const master = await startRedis({ home: join(folder, 'master') });
    const { password } = new URL(master.url);
    const port = await freePort('127.0.0.1');
    const config = join(folder, 'sentinel.conf');
    await writeFile(
      config,
      `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsentinel monitor main 127.0.0.1 ${master.port} 1\nsentinel auth-pass main ${password}\n`,
    );
    const { command, env } = await findRedisBinary(cacheHome(), captureLog().log);
    const sentinel = await startBoundProcess(command, [config, '--sentinel'], { env, stdio: 'ignore' });
    try {
      const client = await open(`redis+sentinel://:${password}@127.0.0.1:${port}/main/2`, 'producer');
      await client.set('x', 'through the sentinel');
      const direct = await open(`${master.url}/2`, 'producer');
      expect(await direct.get('x')).toBe('through the sentinel');
      await closeRedis(client, 1_000);
    } finally {
      await sentinel.stop(0);
    }
  });

  test('a cluster takes the same commands, and each of its masters is inspected', async () => {
    const node = await startRedis({
      home: join(folder, 'cluster'),
      directives: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1', appendfsync: 'no' },
    });
    const direct = await open(node.url, 'producer');
    await direct.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => slot));
    const client = await open(node.url.replace('redis://', 'redis+cluster://'), 'producer');
    await vi.waitFor(() => client.set('{pl:0}:x', '1'), { timeout: 5_000 });
    expect(await client.get('{pl:0}:x')).toBe('1');
    expect(await inspectDurability(client)).toEqual([
      expect.objectContaining({ code: 'redis.fsync_off', node: `127.0.0.1:${node.port}` }),
    ]);
  });
});
