import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  startEmbeddedRedis,
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
} from '../../src/platform/embedded-redis.ts';
import { createLog } from '../../src/platform/log.ts';

const log = createLog({ level: 'silent', name: 'test' });

/** An empty folder for this test file, removed after it. Call it at the top of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'packline-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts Redis servers of the test file's own, to be killed, frozen and restarted; what still runs after the file is
 * ended. Call it at the top of the file.
 */
export function redisStarter(): (options: Partial<EmbeddedRedisOptions> & { home: string }) => Promise<EmbeddedRedis> {
  const started: EmbeddedRedis[] = [];
  afterAll(() => Promise.all(started.map((redis) => redis.stop(0))));
  return async (options) => {
    const redis = await startEmbeddedRedis({ log, ...options });
    started.push(redis);
    return redis;
  };
}
