import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';

const periodMs = 1_000;
/** So often in a row an API that is away is asked again: it may be starting anew. */
const missesMax = 60;

/** Looks once a second until nothing more happens. `onLook` is shown each state. */
export async function follow<T>(
  read: () => Promise<T>,
  { isOver, onLook }: { isOver: (seen: T) => boolean; onLook: (seen: T) => void },
): Promise<T> {
  for (let misses = 0; ;) {
    try {
      const seen = await read();
      misses = 0;
      onLook(seen);
      if (isOver(seen)) return seen;
    } catch (thrown) {
      misses += 1;
      if (isRefused(thrown) || misses > missesMax) throw thrown;
    }
    await delay(periodMs);
  }
}

/** Asking again would not help. */
const isRefused = (thrown: unknown): boolean => {
  const status = thrown instanceof Failure ? thrown.detail['status'] : undefined;
  return typeof status === 'number' && status < 500 && status !== 429;
};
