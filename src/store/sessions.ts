import { randomBytes } from 'node:crypto';
import { digest } from './deps.ts';
import { globalKeys } from './keys.ts';
import { parseStored } from './stored-json.ts';
import { readUser, type GlobalStore, type User } from './users.ts';

interface Session {
  userId: string;
  /** Of the user at login; another one now ends the session. */
  version: number;
  startedMs: number;
}

/** Left alone for a shift, it ends; a page that refreshes itself is no use of it. */
export const idleSeconds = 8 * 3600;
/** Then everybody logs in again. */
export const absoluteMs = 7 * 24 * 3600 * 1000;

/** A session of this user. The token is always new: nothing that a browser brought along becomes a session. */
export async function startSession({ redis, clock }: GlobalStore, user: User): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const session: Session = { userId: user.id, version: user.version, startedMs: clock.now() };
  await redis.set(globalKeys.session(digest(token)), JSON.stringify(session), 'EX', idleSeconds);
  return token;
}

/** Whose session it is; null when it is none (any more). `used`: somebody is there, so it goes on. */
export async function readSession(
  store: GlobalStore,
  token: string,
  { used }: { used: boolean },
): Promise<User | null> {
  const key = globalKeys.session(digest(token));
  const doc = await (used ? store.redis.getex(key, 'EX', idleSeconds) : store.redis.get(key));
  if (doc === null) return null;
  const { userId, version, startedMs } = parseStored<Session>(doc);
  const user = await readUser(store, userId);
  if (user?.version === version && store.clock.now() - startedMs < absoluteMs) return user;
  await store.redis.del(key);
  return null;
}

export async function endSession({ redis }: GlobalStore, token: string): Promise<void> {
  await redis.del(globalKeys.session(digest(token)));
}
