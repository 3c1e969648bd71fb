import { inspect } from 'node:util';
import { Failure } from '../domain/failure.ts';
import { isRedisAway, reasonOf } from './redis-away.ts';

/** What keeps a program from starting, for the operator; null for what is a fault of ours. */
export function describeStartFailure(thrown: unknown): string | null {
  if (thrown instanceof Failure && thrown.code !== 'packline.unexpected') return `${thrown.code}: ${thrown.message}`;
  if (isRedisAway(thrown)) return `redis.away: Redis does not answer in time (${reasonOf(thrown)})`;
  return null;
}

/**
 * Until the program has started (what is answered is called then), whatever is thrown ends it with exit code 1 and one line
 * that says why; of what is a fault of ours all is said.
 */
export function sayWhyNotStarted(name: string): () => void {
  const say = (thrown: unknown): void => {
    process.stderr.write(`packline ${name}: ${describeStartFailure(thrown) ?? inspect(thrown)}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', say);
  return () => void process.off('uncaughtException', say);
}
