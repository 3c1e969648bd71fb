import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { systemClock } from '../src/platform/clock.ts';
import { startEmbeddedRedis } from '../src/platform/embedded-redis.ts';
import { createLog } from '../src/platform/log.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { createTestStore } from '../test/support/test-store.ts';

/** A store without processes around it, on a Redis of its own (AOF, fsync always) that is ended afterwards. */
export async function withDurableStore<T>(use: (store: StoreDeps & { redis: Redis }) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'packline-bench-'));
  const server = await startEmbeddedRedis({ home, log: createLog({ level: 'silent', name: 'bench' }) });
  const redis = new Redis(server.url, { enableAutoPipelining: false });
  try {
    return await use({ ...(await createTestStore(redis, systemClock)), redis });
  } finally {
    redis.disconnect();
    await server.stop(1_000);
    await rm(home, { recursive: true, force: true });
  }
}
