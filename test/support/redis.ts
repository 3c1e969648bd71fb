import { Redis } from 'ioredis';
import { afterAll, expect, inject, vi } from 'vitest';

export interface TestRedis {
  /** URL of this test file's own, empty database; give it to whatever opens its own connections. */
  url: string;
  client: Redis;
}

/**
 * A database of the run's Redis that no other test file sees. Call it at the top of a test file with `await`. After the
 * file's tests it is emptied, and the file fails when a connection to it is still open.
 */
export async function testRedis(): Promise<TestRedis> {
  const serverUrl = inject('redisUrl');
  const server = new Redis(serverUrl);
  const db = 1 + ((await server.incr('test:databases')) % 1_023);
  const url = `${serverUrl}/${db}`;
  const client = new Redis(url);
  await client.flushdb();

  afterAll(async () => {
    await client.flushdb();
    await client.quit();
    try {
      await vi.waitFor(async () => expect(await openConnections(server, db)).toEqual([]), { timeout: 2_000 });
    } finally {
      await server.quit();
    }
  });
  return { url, client };
}

async function openConnections(server: Redis, db: number): Promise<string[]> {
  const list = String(await server.client('LIST'));
  return list.split('\n').filter((line) => line.includes(` db=${db} `));
}
