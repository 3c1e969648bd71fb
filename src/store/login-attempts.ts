import { digest } from './deps.ts';
import { globalKeys } from './keys.ts';
import type { GlobalStore } from './users.ts';

const windowSeconds = 15 * 60;
/**
 * Of one name: 10 guesses in a quarter of an hour are 350,000 a year, nothing against a password of 12 characters. Of one
 * address more, because a whole office, or a proxy in front of us, may be one address.
 */
const attemptsMax = { name: 10, address: 100 } as const;

type Attempt = Record<keyof typeof attemptsMax, string>;

const keyOf = (kind: keyof Attempt, value: string): string =>
  globalKeys.loginAttempts(digest(`${kind}\n${value.normalize('NFKC').toLowerCase()}`));

/** Counts an attempt before its password is looked at. Milliseconds to wait where there were too many; else 0. */
export async function countLoginAttempt({ redis }: GlobalStore, attempt: Attempt): Promise<number> {
  let waitMs = 0;
  for (const kind of ['name', 'address'] as const) {
    const key = keyOf(kind, attempt[kind]);
    // In one step: a count that began just as another window ended would have no end of its own.
    const replies = await redis.multi().set(key, 0, 'EX', windowSeconds, 'NX').incr(key).pttl(key).exec();
    const [, [, count] = [], [, leftMs] = []] = replies ?? [];
    if (Number(count) > attemptsMax[kind]) waitMs = Math.max(waitMs, Number(leftMs), 1_000);
  }
  return waitMs;
}

/** Who got in has not been guessing. */
export async function forgetLoginAttempts({ redis }: GlobalStore, { name }: Pick<Attempt, 'name'>): Promise<void> {
  await redis.del(keyOf('name', name));
}
