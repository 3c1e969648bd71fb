import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { assertDurable, inspectDurability } from '../../src/platform/redis-durability.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const startRedis = redisStarter();
const strict = { trusted: false, allowLossy: false };

const clients: Redis[] = [];
afterAll(() => clients.forEach((client) => client.disconnect()));
const connect = (url: string): Redis => {
  const client = new Redis(url);
  clients.push(client);
  return client;
};

const server = await startRedis({ home: join(folder, 'server') });
const redis = connect(server.url);

/** The findings while `directives` are in force. */
async function findingsWith(directives: Record<string, string>) {
  const before = new Map<string, string>();
  for (const [name, value] of Object.entries(directives)) {
    const reply = await redis.config('GET', name);
    before.set(name, String(Array.isArray(reply) ? reply[1] : ''));
    await redis.config('SET', name, value);
  }
  try {
    return await inspectDurability(redis);
  } finally {
    for (const [name, value] of before) await redis.config('SET', name, value);
  }
}

describe('what is found', () => {
  test.each([
    [{ appendonly: 'no', save: '3600 1' }, 'redis.snapshots_only', 'losesWork', /snapshots.*loses everything since/],
    [{ appendonly: 'no', save: '' }, 'redis.not_persistent', 'losesWork', /nothing on disk/],
    [{ appendfsync: 'no' }, 'redis.fsync_off', 'losesWork', /30 seconds/],
    [{ appendfsync: 'everysec' }, 'redis.fsync_every_second', 'advice', /up to 2 seconds/],
    [{ maxmemory: '0' }, 'redis.memory_unbounded', 'losesWork', /no memory limit/],
    [{ 'maxmemory-policy': 'allkeys-lru' }, 'redis.evicts', 'losesWork', /allkeys-lru/],
    [{ hz: '10' }, 'redis.tick_slow', 'advice', /up to 100 ms late/],
  ] as const)('%o is %s', async (directives, code, risk, problem) => {
    expect(await findingsWith(directives)).toEqual([
      { code, risk, problem: expect.stringMatching(problem), fix: expect.stringMatching(/^redis-cli CONFIG SET /) },
    ]);
  });

  test('each command that is offered mends what it is offered for', async () => {
    const ailing = { appendonly: 'no', 'maxmemory-policy': 'volatile-ttl', hz: '10', maxmemory: '0' };
    const found = await findingsWith(ailing);
    expect(found.map(({ code }) => code)).toEqual([
      'redis.not_persistent',
      'redis.evicts',
      'redis.memory_unbounded',
      'redis.tick_slow',
    ]);
    for (const { fix } of found) {
      const [, directive = '', value = ''] =
        /^redis-cli CONFIG SET (\S+) (\S+) && redis-cli CONFIG REWRITE$/.exec(fix) ?? [];
      expect(await redis.config('SET', directive, value)).toBe('OK');
    }
    expect(await inspectDurability(redis)).toEqual([]);
  });

  test('a CONFIG that may not be read leaves only what INFO tells', async () => {
    await redis.acl('SETUSER', 'managed', 'on', '>managed', '~*', '+@all', '-config');
    const managed = connect(server.url.replace(/:\/\/[^@]*@/, '://managed:managed@'));
    expect((await inspectDurability(managed)).map(({ code, risk }) => [code, risk])).toEqual([
      ['redis.config_unreadable', 'unknown'],
    ]);
    await expect(assertDurable(managed, strict)).rejects.toMatchObject({ code: 'redis.not_durable' });
    await expect(assertDurable(managed, { ...strict, trusted: true })).resolves.toHaveLength(1);

    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      await expect(assertDurable(managed, { ...strict, trusted: true })).rejects.toThrow(/allkeys-lru/);
    } finally {
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  test('a Redis that is gone is an error, not a finding', async () => {
    const gone = await startRedis({ home: join(folder, 'gone') });
    const client = new Redis(gone.url, { retryStrategy: null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    await client.ping();
    await gone.stop(0);
    await expect(inspectDurability(client)).rejects.toThrow();
  });
});

describe('whether to run on it', () => {
  test('a durable Redis passes', async () => {
    await expect(assertDurable(redis, strict)).resolves.toEqual([]);
  });

  test('a lossy one is refused with everything that is wrong and how to mend each', async () => {
    const lossy = connect(
      (await startRedis({ home: join(folder, 'lossy'), directives: { appendonly: 'no', maxmemory: '0', hz: '10' } }))
        .url,
    );
    await expect(assertDurable(lossy, { ...strict, trusted: true })).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'redis.not_durable',
      message: expect.stringMatching(
        /nothing on disk.*CONFIG SET appendonly yes[^]*no memory limit.*CONFIG SET maxmemory/,
      ),
    });
    const waived = await assertDurable(lossy, { ...strict, allowLossy: true });
    expect(waived.map(({ code }) => code)).toContain('redis.not_persistent');
  });

  test('advice does not stop a start', async () => {
    const { url } = await startRedis({ home: join(folder, 'everysec'), directives: { appendfsync: 'everysec' } });
    await expect(assertDurable(connect(url), strict)).resolves.toMatchObject([{ code: 'redis.fsync_every_second' }]);
  });
});
