import { randomBytes } from 'node:crypto';
import { digest } from './deps.ts';
import { globalKeys } from './keys.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';
import type { GlobalStore, User } from './users.ts';

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

/** KEYS session, users. ARGV the seconds that it goes on for, '' where nobody is there. Answers it and its user as stored; or nothing. */
const readScript = defineScript(`
local session
if ARGV[1] == '' then session = redis.call('GET', KEYS[1]) else session = redis.call('GETEX', KEYS[1], 'EX', ARGV[1]) end
if not session then return {} end
return { session, redis.call('HGET', KEYS[2], cjson.decode(session).userId) or '' }`);

/** Whose session it is; null when it is none (any more). `used`: somebody is there, so it goes on. */
export async function readSession(
  { redis, clock }: GlobalStore,
  token: string,
  { used }: { used: boolean },
): Promise<User | null> {
  const key = globalKeys.session(digest(token));
  const reply = await runScript(redis, readScript, [key, globalKeys.users], [used ? idleSeconds : '']);
  const [doc, userDoc = ''] = Array.isArray(reply) ? reply.map(String) : [];
  if (doc === undefined) return null;
  const { version, startedMs } = parseStored<Session>(doc);
  const user = userDoc === '' ? null : parseStored<User>(userDoc);
  if (user?.version === version && clock.now() - startedMs < absoluteMs) return user;
  await redis.del(key);
  return null;
}

export async function endSession({ redis }: GlobalStore, token: string): Promise<void> {
  await redis.del(globalKeys.session(digest(token)));
}
