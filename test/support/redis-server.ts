import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedRedis, type EmbeddedRedis } from '../../src/platform/embedded-redis.ts';
import { createLog } from '../../src/platform/log.ts';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
  }
}

let home: string;
let redis: EmbeddedRedis;

/** One Redis for the whole run; each test file has a database of its own in it (see `testRedis`). */
export async function setup(project: TestProject): Promise<void> {
  home = await mkdtemp(join(tmpdir(), 'packline-test-'));
  redis = await startEmbeddedRedis({
    home,
    log: createLog({ level: 'warn', name: 'test' }),
    // Nothing here outlives the run: no fsync for each write, and a database for each test file.
    directives: { appendfsync: 'everysec', databases: '1024' },
  });
  project.provide('redisUrl', redis.url);
}

export async function teardown(): Promise<void> {
  await redis.stop();
  await rm(home, { recursive: true, force: true });
}
