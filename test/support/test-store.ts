import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock } from '../../src/platform/clock.ts';
import { createKeyring } from '../../src/platform/secrets.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { createKeys, globalKeys } from '../../src/store/keys.ts';

/** The store on a test's own database, with its generation marker in place. */
export async function createTestStore(client: Redis, clock: Clock): Promise<StoreDeps> {
  const keys = createKeys(0);
  const generation = 'test-generation';
  await client.set(keys.generation, generation);
  await client.set(globalKeys.generation, generation);
  return {
    redis: client,
    keys,
    clock,
    generation,
    keyring: createKeyring({ current: { id: 'test', key: randomBytes(32) } }),
    retention: {
      orderSeconds: 90 * 86_400,
      eventSeconds: 7 * 86_400,
      inboxSeconds: 7 * 86_400,
      idempotencySeconds: 86_400,
      runSeconds: 30 * 86_400,
      rowSeconds: 7 * 86_400,
    },
  };
}
