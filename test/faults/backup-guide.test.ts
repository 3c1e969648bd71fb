import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';
import { commandsOf, runCommands } from './backup-guide.ts';

const folder = await temporaryFolder();
const startRedis = redisStarter();

/** Writes one after the other, each after the one before it was acknowledged; in between, the file is rewritten. */
function startWriting(client: Redis, { rewrites }: { rewrites: boolean }) {
  let acknowledged = 0;
  const ending = new AbortController();
  const write = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await client.rpush('writes', acknowledged);
      acknowledged += 1;
      // It may be under way already.
      if (rewrites && acknowledged % 25 === 0) await client.bgrewriteaof().catch(() => undefined);
    }
  };
  const writing = write();
  return {
    acknowledged: () => acknowledged,
    stop: () => {
      ending.abort();
      return writing;
    },
  };
}

it.each([
  { commands: 'backup', rewrites: true },
  { commands: 'backup-with-redis-cli', rewrites: false },
])('the commands "$commands" copy a Redis that works, and lose nothing that was acknowledged before', async (how) => {
  const home = join(folder, how.commands);
  const redis = await startRedis({ home });
  const client = new Redis(redis.url);
  // Enough that rewriting it takes a moment.
  const filler = client.pipeline();
  for (let n = 0; n < 20_000; n += 1) filler.set(`filler:${n}`, 'x'.repeat(200));
  await filler.exec();
  const writing = startWriting(client, how);
  for (let copy = 1; copy <= 4; copy += 1) {
    const before = writing.acknowledged();
    const spare = join(folder, `${how.commands}-${copy}`);
    await runCommands(how.commands, {
      REDIS_DIR: join(home, 'redis'),
      REDIS_CLI: `redis-cli -p ${redis.port}`,
      REDISCLI_AUTH: new URL(redis.url).password,
      BACKUP: join(spare, 'backup'),
    });
    await cp(join(spare, 'backup'), join(spare, 'redis'), { recursive: true });
    const restored = await startRedis({ home: spare });
    const reader = new Redis(restored.url);
    const writes = await reader.lrange('writes', 0, -1);
    expect(writes.length).toBeGreaterThanOrEqual(before);
    expect(writes).toEqual(writes.map((_, n) => String(n)));
    expect(await reader.dbsize()).toBe(20_001);
    await reader.quit();
    await restored.stop(0);
  }
  await writing.stop();
  expect(await client.config('GET', 'auto-aof-rewrite-percentage')).toEqual(['auto-aof-rewrite-percentage', '100']);
  await client.quit();
});

it('the command that opens a restored Redis starts the API with its flag', () => {
  expect(commandsOf('start-restored')).toBe('npm run api -- --accept-restored\n');
  expect(packageJson.scripts.api).toBe('exec node src/main.ts');
});
