import { globalKeys } from './keys.ts';
import type { GlobalStore } from './users.ts';

/** How often a worker says that it is there, and after how long without a word it is not. */
export const beatEveryMs = 5_000;
const goneAfterMs = 20_000;

/** A sign of life; what has gone is forgotten. */
export async function beat({ redis, clock }: GlobalStore, workerId: string): Promise<void> {
  await redis.zremrangebyscore(globalKeys.workersAlive, '-inf', clock.now() - goneAfterMs);
  await redis.zadd(globalKeys.workersAlive, clock.now(), workerId);
}

/** It ends in good order. */
export const sayGoodbye = ({ redis }: GlobalStore, workerId: string): Promise<number> =>
  redis.zrem(globalKeys.workersAlive, workerId);

/** Worker processes that were heard of within 20 s. */
export const countWorkers = ({ redis, clock }: GlobalStore): Promise<number> =>
  redis.zcount(globalKeys.workersAlive, clock.now() - goneAfterMs, '+inf');
