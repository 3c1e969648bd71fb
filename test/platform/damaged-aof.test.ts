import { cp, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const startRedis = redisStarter();
const orders = 400;
const value = 'x'.repeat(100);

/** The newest part of an append-only file: what is written to. */
async function newestPart(home: string): Promise<string> {
  const aof = join(home, 'redis/appendonlydir');
  const newest = (await readdir(aof)).find((name) => name.endsWith('.incr.aof')) ?? '';
  return join(aof, newest);
}

beforeAll(async () => {
  const redis = await startRedis({ home: join(folder, 'whole') });
  const client = new Redis(redis.url);
  for (let n = 0; n < orders; n += 1) {
    // As our own commits are written: all of it, or none.
    await client.multi().hset(`order:${n}`, 'doc', value).rpush('accepted', n).exec();
  }
  await client.quit();
  await redis.stop();
});

/** A copy of it, so that each test damages its own. */
async function copyTo(name: string): Promise<string> {
  const home = join(folder, name);
  await cp(join(folder, 'whole'), home, { recursive: true });
  return home;
}

describe('an append-only file', () => {
  it.each([1, 7, 100, 512, 4_096])(
    'whose last %i bytes are missing loads, less its last commits, each whole or not at all',
    async (cut) => {
      const home = await copyTo(`cut-${cut}`);
      const part = await newestPart(home);
      await truncate(part, (await stat(part)).size - cut);
      const redis = await startRedis({ home });
      const client = new Redis(redis.url);
      const accepted = await client.llen('accepted');
      expect(accepted).toBeLessThan(orders);
      expect(accepted).toBeGreaterThan(orders - 2 - cut / 100);
      expect((await client.keys('order:*')).length).toBe(accepted);
      await client.quit();
      await redis.stop(0);
    },
  );

  it('that is damaged in the middle is not loaded half: the start fails, and says what mends it', async () => {
    const home = await copyTo('damaged');
    const part = await newestPart(home);
    const file = await open(part, 'r+');
    await file.write(Buffer.alloc(256, 0xff), 0, 256, Math.floor((await file.stat()).size / 2));
    await file.close();
    await expect(startRedis({ home })).rejects.toMatchObject({
      code: 'redis.not_started',
      message: expect.stringMatching(/Bad file format.*redis-check-aof --fix/),
    });
  });

  it('that lacks a part which its manifest names is not loaded at all', async () => {
    const home = await copyTo('incomplete');
    const manifest = join(home, 'redis/appendonlydir/appendonly.aof.manifest');
    await writeFile(manifest, `${await readFile(manifest, 'utf8')}file appendonly.aof.9.incr.aof seq 9 type i\n`);
    await expect(startRedis({ home })).rejects.toMatchObject({
      code: 'redis.not_started',
      message: expect.stringContaining('appendonly.aof.9.incr.aof'),
    });
  });
});
